// ClientConnection and the codec against a real mysqld.
#include "mysql/net/client_connection.h"

#include <fmt/format.h>
#include <glog/logging.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/async/spawn.h"
#include "mysql/protocol/result_rewriter.h"
#include "mysql/types/collation.h"
#include "mysql/types/collation_data.h"
#include "test/unit/mysql/net/mysqld_fixture.h"

namespace keyspan::mysql {
namespace {

using ConnectionPtr = std::unique_ptr<ClientConnection>;
using Tls = ClientHandshakeOptions::Tls;

class ClientConnectionTest : public testing::Test {
 public:
  static void SetUpTestSuite() {
    server_ = new Mysqld;
    ClientConnectionTest().Run([](ClientConnectionTest* t) { return t->MakeUsers(); });
  }
  static void TearDownTestSuite() { delete server_; }

  // Runs one coroutine to its end.
  void Run(std::function<Awaitable<void>(ClientConnectionTest*)> body) {
    uint64_t failures = SpawnFailures();
    Spawn("test", context_.get_executor(), [this, body] { return body(this); });
    context_.run();
    context_.restart();
    EXPECT_EQ(SpawnFailures(), failures);
  }
  void TestBody() override {}

  Executor executor() { return context_.get_executor(); }
  static ClientOptions Unix() {
    ClientOptions options;
    options.unix_socket = server_->unix_socket();
    options.login.user = "root";
    return options;
  }
  static ClientOptions Tcp(std::string user, std::string password, Tls tls) {
    ClientOptions options;
    options.port = server_->port();
    options.login.user = std::move(user);
    options.login.password = std::move(password);
    options.login.tls = tls;
    if (tls != Tls::kNever) options.tls = *TlsContext::Client({});
    return options;
  }

  Awaitable<void> MakeUsers() {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(executor(), Unix());
    CHECK(c.ok()) << c.status().ToString();
    for (const char* sql :
         {"CREATE USER app@'%' IDENTIFIED BY 'secret'", "GRANT ALL ON *.* TO app@'%'",
          "CREATE USER nopw@'%'", "CREATE DATABASE t"}) {
      Result<OkPacket> ok = co_await (*c)->Exec(sql);
      CHECK(ok.ok()) << ok.status().ToString();
    }
    (*c)->Quit();
  }

  static Mysqld* server_;
  boost::asio::io_context context_{1};
};

Mysqld* ClientConnectionTest::server_ = nullptr;

#define CO_ASSERT_OK(result)                        \
  do {                                              \
    if (!(result).ok()) {                           \
      ADD_FAILURE() << StatusOf(result).ToString(); \
      co_return;                                    \
    }                                               \
  } while (false)

const Status& StatusOf(const Status& status) { return status; }
template <typename T>
Status StatusOf(const Result<T>& result) {
  return result.status();
}

TEST_F(ClientConnectionTest, LogsInEveryWay) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    // After FLUSH PRIVILEGES the server has no cached hash: full authentication, then fast.
    struct Way {
      ClientOptions options;
      const char* description;
    };
    std::vector<Way> ways{{Tcp("app", "secret", Tls::kNever), "RSA key"},
                          {Tcp("app", "secret", Tls::kRequired), "TLS"},
                          {Tcp("app", "secret", Tls::kIfOffered), "TLS if offered"},
                          {Tcp("nopw", "", Tls::kNever), "empty password"}};
    for (Way& way : ways) {
      Result<ConnectionPtr> root = co_await ClientConnection::Connect(t->executor(), Unix());
      CO_ASSERT_OK(root);
      Result<OkPacket> flushed = co_await (*root)->Exec("FLUSH PRIVILEGES");
      CO_ASSERT_OK(flushed);
      for (int round = 0; round < 2; ++round) {
        Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), way.options);
        if (!c.ok()) ADD_FAILURE() << way.description << c.status().ToString();
        CO_ASSERT_OK(c);
        EXPECT_EQ((*c)->stream().tls(), way.options.login.tls != Tls::kNever);
        Result<QueryResult> r = co_await (*c)->QueryBuffered("SELECT CURRENT_USER(), 1+1");
        CO_ASSERT_OK(r);
        EXPECT_EQ(r->rows[0][0].str(), way.options.login.user + "@%");
        EXPECT_EQ(r->rows[0][1].int64(), 2);
        EXPECT_TRUE((co_await (*c)->Ping()).ok());
        (*c)->Quit();
      }
    }
  });
}

TEST_F(ClientConnectionTest, TheServersCertificateIsChecked) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    ClientOptions options = Tcp("app", "secret", Tls::kRequired);
    options.tls = *TlsContext::Client({.ca_file = server_->data_folder() + "/ca.pem"});
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), options);
    EXPECT_TRUE(c.ok()) << c.status().ToString();
    // Any other certificate is not its CA; and its name is not that of a host.
    options.tls = *TlsContext::Client({.ca_file = server_->data_folder() + "/client-cert.pem"});
    c = co_await ClientConnection::Connect(t->executor(), options);
    EXPECT_EQ(c.status().code(), StatusCode::kUnavailable) << c.status().ToString();
    options.tls = *TlsContext::Client(
        {.ca_file = server_->data_folder() + "/ca.pem", .verify_host = "db.example"});
    c = co_await ClientConnection::Connect(t->executor(), options);
    EXPECT_EQ(c.status().code(), StatusCode::kUnavailable) << c.status().ToString();
    EXPECT_FALSE(TlsContext::Client({.ca_file = "/nowhere"}).ok());
  });
}

TEST_F(ClientConnectionTest, LoginErrorsAreThoseOfTheServer) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    for (Tls tls : {Tls::kNever, Tls::kRequired}) {
      Result<ConnectionPtr> c =
          co_await ClientConnection::Connect(t->executor(), Tcp("app", "wrong", tls));
      EXPECT_EQ(c.status().mysql_errno(), 1045) << c.status().ToString();
    }
    ClientOptions options = Unix();
    options.login.database = "nowhere";
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), options);
    EXPECT_EQ(c.status().mysql_errno(), 1049);
    options.unix_socket += "x";
    c = co_await ClientConnection::Connect(t->executor(), options);
    EXPECT_EQ(c.status().code(), StatusCode::kUnavailable);
    ClientOptions refused = Tcp("app", "", Tls::kNever);
    refused.port = 1;
    c = co_await ClientConnection::Connect(t->executor(), refused);
    EXPECT_EQ(c.status().code(), StatusCode::kUnavailable);
  });
}

constexpr char kTypesTable[] =
    "CREATE TABLE t.types (i8 tinyint, u8 tinyint unsigned, i16 smallint, i24 mediumint, i32 int, "
    "u64 bigint unsigned, f float, d double, de decimal(20,4), y year, da date, dt datetime(3), "
    "ts timestamp(6) NULL, ti time(2), c char(5), v varchar(20), b varbinary(20), bl blob, tx "
    "text, "
    "j json, e enum('a','b'), s set('x','y'), bi bit(10), g point)";

TEST_F(ClientConnectionTest, AllTypesInTextAndBinaryAreTheSameValues) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(c);
    for (const char* sql :
         {kTypesTable,
          "INSERT INTO t.types VALUES (-5, 250, -300, 8388607, -2147483648, 18446744073709551615, "
          "1.5, -2.25e100, -1234567.8900, 2026, '2026-11-20', '2026-11-20 18:55:00.125', "
          "'2026-01-02 03:04:05.000006', '-700:01:02.50', 'ab', 'é', x'00ff', x'01', 'text', "
          "'{\"a\": [1, 2]}', 'b', 'x,y', b'1000000001', POINT(1,2))",
          "INSERT INTO t.types () VALUES ()"}) {
      Result<OkPacket> ok = co_await (*c)->Exec(sql);
      CO_ASSERT_OK(ok);
    }
    Result<QueryResult> text = co_await (*c)->QueryBuffered("SELECT * FROM t.types");
    CO_ASSERT_OK(text);
    auto prepared = co_await (*c)->Prepare("SELECT * FROM t.types");
    CO_ASSERT_OK(prepared);
    EXPECT_EQ(prepared->columns.size(), 24u);
    Result<QueryResult> binary = co_await (*c)->ExecuteBuffered(prepared->id, "");
    CO_ASSERT_OK(binary);
    EXPECT_EQ(text->rows.size(), 2u);
    for (size_t row = 0; row < 2; ++row) {
      for (size_t i = 0; i < 24; ++i) {
        EXPECT_EQ(text->rows[row][i], binary->rows[row][i])
            << text->fields[i].name << ": " << text->rows[row][i].ToText() << " and "
            << binary->rows[row][i].ToText();
      }
      // The row that we would make of the text is the one that the server made.
      std::string as_text, converted, server_form;
      EncodeTextRow(text->rows[row], &as_text);
      EXPECT_TRUE(ConvertTextRowToBinary(as_text, binary->fields, &converted).ok());
      EXPECT_TRUE(EncodeBinaryRow(binary->rows[row], binary->fields, &server_form).ok());
      EXPECT_EQ(converted, server_form);
    }
    // A literal of each value compares equal to the column that it came from.
    std::string sql = "SELECT COUNT(*) FROM t.types WHERE 1";
    for (size_t i = 0; i < 24; ++i) {
      const std::string& name = text->fields[i].name;
      if (name == "f" || name == "j" || name == "g" || name == "bi" || name == "y") continue;
      sql += " AND " + name + " = ";
      text->rows[0][i].AppendSqlLiteral(&sql);
    }
    Result<QueryResult> count = co_await (*c)->QueryBuffered(sql);
    CO_ASSERT_OK(count);
    EXPECT_EQ(count->rows[0][0].int64(), 1) << sql;
  });
}

TEST_F(ClientConnectionTest, NumbersPrintAsTheServerPrintsThem) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(c);
    CO_ASSERT_OK(co_await (*c)->Exec("CREATE TABLE t.numbers (d double, f float)"));
    uint64_t state = 42;
    std::string sql = "INSERT INTO t.numbers VALUES (1,1)";
    for (int i = 0; i < 2000; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      double mantissa = static_cast<double>(state >> 40) / 7;
      int exponent = static_cast<int>(state >> 20 & 63) - 40;
      sql += fmt::format(",({:.17g},{:.9g})", mantissa * std::pow(10, exponent),
                         -mantissa * std::pow(10, exponent / 2));
    }
    CO_ASSERT_OK(co_await (*c)->Exec(sql));
    CO_ASSERT_OK(co_await (*c)->StartQuery("SELECT * FROM t.numbers"));
    ResultReader reader;
    std::vector<std::optional<std::string_view>> cells;
    size_t rows = 0;
    while (true) {
      Result<std::string_view> chunk = co_await (*c)->NextChunk();
      CO_ASSERT_OK(chunk);
      if (chunk->empty()) break;
      reader.Append(*chunk);
      for (auto item = reader.Next();
           item == ResultReader::Item::kRow || item == ResultReader::Item::kColumns;
           item = reader.Next()) {
        if (item == ResultReader::Item::kColumns) continue;
        ++rows;
        EXPECT_TRUE(SplitTextRow(reader.row(), 2, &cells).ok());
        for (size_t i = 0; i < 2; ++i) {
          EXPECT_EQ(ValueFromText(reader.columns()[i], *cells[i])->ToText(), *cells[i]);
        }
      }
    }
    EXPECT_EQ(rows, 2001u);
  });
}

TEST_F(ClientConnectionTest, PreparedStatementsTakeEveryKindOfValue) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(c);
    auto prepared = co_await (*c)->Prepare("SELECT ?, ?, ?, ?, ?, ?, ?, ?");
    CO_ASSERT_OK(prepared);
    EXPECT_EQ(prepared->parameters.size(), 8u);
    Row values{Value::Int(-1),
               Value::Uint(UINT64_MAX),
               Value::Double(0.5),
               Value::Text("é'"),
               Value::Bytes(std::string("\0\1", 2)),
               Value::Null(),
               Value::Decimal("1.50"),
               Value::Date({.year = 2026, .month = 2, .day = 3})};
    std::string block;
    EXPECT_TRUE(EncodeParameterBlock(values, &block).ok());
    Result<QueryResult> r = co_await (*c)->ExecuteBuffered(prepared->id, block);
    CO_ASSERT_OK(r);
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(r->rows[0][i].ToText(), values[i].ToText()) << i;
    }
    (*c)->CloseStatement(prepared->id);
    r = co_await (*c)->ExecuteBuffered(prepared->id, block);
    EXPECT_EQ(r.status().mysql_errno(), 1243);
    EXPECT_FALSE((*c)->broken());
    auto refused = co_await (*c)->Prepare("SELECT nonsense FROM");
    EXPECT_EQ(refused.status().mysql_errno(), 1064);
    EXPECT_TRUE((co_await (*c)->Ping()).ok());
  });
}

TEST_F(ClientConnectionTest, StatusErrorsAndSeveralResults) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> connected = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(connected);
    ClientConnection& c = **connected;
    CO_ASSERT_OK(co_await c.InitDb("t"));
    EXPECT_EQ((co_await c.InitDb("nowhere")).mysql_errno(), 1049);
    CO_ASSERT_OK(co_await c.Exec("CREATE TABLE a (id int auto_increment primary key, v int)"));
    CO_ASSERT_OK(co_await c.Exec("BEGIN"));
    EXPECT_TRUE(c.in_transaction());
    Result<OkPacket> ok = co_await c.Exec("INSERT INTO a (v) VALUES (1),(2),(3)");
    CO_ASSERT_OK(ok);
    EXPECT_EQ(ok->affected_rows, 3u);
    EXPECT_EQ(ok->last_insert_id, 1u);
    EXPECT_EQ(ok->info, "Records: 3  Duplicates: 0  Warnings: 0");
    ok = co_await c.Exec("INSERT INTO a VALUES (1, 1)");
    EXPECT_EQ(ok.status().code(), StatusCode::kMysql);
    EXPECT_EQ(ok.status().message(), "Duplicate entry '1' for key 'a.PRIMARY'");
    CO_ASSERT_OK(co_await c.Exec("COMMIT"));
    EXPECT_FALSE(c.in_transaction());
    Result<QueryResult> r =
        co_await c.QueryBuffered("SET @x = 1; SELECT id FROM a; SELECT 7; DO 1");
    CO_ASSERT_OK(r);
    EXPECT_EQ(r->rows.size(), 3u);
    EXPECT_EQ(c.scanner().result_sets(), 4u);
    EXPECT_EQ(c.scanner().total_rows(), 4u);
    r = co_await c.QueryBuffered("SELECT 1; SELECT * FROM missing; SELECT 2");
    EXPECT_EQ(r.status().mysql_errno(), 1146);
    CO_ASSERT_OK(co_await c.Exec("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2, 3; END"));
    CO_ASSERT_OK(co_await c.QueryBuffered("CALL p()"));
    EXPECT_EQ(c.scanner().result_sets(), 3u);
    CO_ASSERT_OK(co_await c.ResetConnection());
    r = co_await c.QueryBuffered("SELECT @x");
    CO_ASSERT_OK(r);
    EXPECT_TRUE(r->rows[0][0].is_null());
  });
}

TEST_F(ClientConnectionTest, BigRowsAndBigStatements) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    for (ClientOptions options : {Unix(), Tcp("app", "secret", Tls::kRequired)}) {
      Result<ConnectionPtr> connected = co_await ClientConnection::Connect(t->executor(), options);
      CO_ASSERT_OK(connected);
      ClientConnection& c = **connected;
      for (size_t size :
           {size_t{0xffffff} - 5, size_t{0xffffff} - 4, size_t{0xffffff}, size_t{34} << 20}) {
        std::string sql = "SELECT '" + std::string(size, 'x') + "', 1";
        Result<QueryResult> r = co_await c.QueryBuffered(sql);
        CO_ASSERT_OK(r);
        EXPECT_EQ(r->rows[0][0].str().size(), size);
        EXPECT_EQ(c.scanner().total_rows(), 1u);
      }
      CO_ASSERT_OK(co_await c.StartQuery(
          "WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i+1 FROM n WHERE i < 1000) "
          "SELECT a.i, b.i, 'some text' FROM n a, n b LIMIT 300000"));
      CO_ASSERT_OK(co_await c.Drain());
      EXPECT_EQ(c.scanner().row_count(), 300000u);
    }
  });
}

TEST_F(ClientConnectionTest, ADeadlineBreaksTheConnection) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(c);
    for (int i = 0; i < 3; ++i) {
      (*c)->SetDeadline(std::chrono::steady_clock::now() + std::chrono::seconds(5));
      CO_ASSERT_OK(co_await (*c)->Exec("DO 1"));
    }
    (*c)->SetDeadline(std::chrono::steady_clock::now() + std::chrono::milliseconds(100));
    Result<OkPacket> ok = co_await (*c)->Exec("DO SLEEP(5)");
    EXPECT_EQ(ok.status().code(), StatusCode::kDeadlineExceeded) << ok.status().ToString();
    EXPECT_TRUE((*c)->broken());
    ok = co_await (*c)->Exec("DO 1");
    EXPECT_EQ(ok.status().code(), StatusCode::kUnavailable);
  });
}

TEST_F(ClientConnectionTest, AKilledConnectionIsNoticed) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(c);
    Result<ConnectionPtr> other = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(other);
    EXPECT_FALSE((*c)->Stale());
    CO_ASSERT_OK(co_await (*other)->Exec(fmt::format("KILL {}", (*c)->connection_id())));
    for (int i = 0; i < 100 && !(*c)->Stale(); ++i) {
      SteadyTimer timer(t->executor(), std::chrono::milliseconds(10));
      co_await timer.async_wait(kTuple);
    }
    EXPECT_TRUE((*c)->Stale());
    Result<OkPacket> ok = co_await (*c)->Exec("DO 1");
    EXPECT_FALSE(ok.ok());
    EXPECT_TRUE((*c)->broken());
  });
}

TEST_F(ClientConnectionTest, TheCollationTableIsThatOfTheServer) {
  Run([](ClientConnectionTest* t) -> Awaitable<void> {
    Result<ConnectionPtr> c = co_await ClientConnection::Connect(t->executor(), Unix());
    CO_ASSERT_OK(c);
    Result<QueryResult> r = co_await (*c)->QueryBuffered(
        "SELECT ID, COLLATION_NAME, CHARACTER_SET_NAME, IS_DEFAULT, PAD_ATTRIBUTE "
        "FROM information_schema.COLLATIONS ORDER BY ID");
    CO_ASSERT_OK(r);
    EXPECT_EQ(r->rows.size(), std::size(kCollations));
    for (const Row& row : r->rows) {
      const Collation* found = FindCollation(row[1].str());
      EXPECT_NE(found, nullptr) << row[1].str();
      if (found == nullptr) continue;
      EXPECT_EQ(found->id, row[0].uint64());
      EXPECT_EQ(found, FindCollation(found->id));
      EXPECT_EQ(found->charset, row[2].str());
      EXPECT_EQ(found->is_default, row[3].str() == "Yes");
      EXPECT_EQ(found->pad_space, row[4].str() == "PAD SPACE");
    }
    r = co_await (*c)->QueryBuffered(
        "SELECT CHARACTER_SET_NAME, DEFAULT_COLLATE_NAME, MAXLEN "
        "FROM information_schema.CHARACTER_SETS");
    CO_ASSERT_OK(r);
    EXPECT_EQ(r->rows.size(), std::size(kCharsets));
    for (const Row& row : r->rows) {
      const Charset* found = FindCharset(row[0].str());
      EXPECT_NE(found, nullptr) << row[0].str();
      if (found == nullptr) continue;
      EXPECT_EQ(FindCollation(found->default_collation)->name, row[1].str());
      EXPECT_EQ(std::to_string(found->max_bytes), row[2].ToText());
    }
  });
}

}  // namespace
}  // namespace keyspan::mysql
