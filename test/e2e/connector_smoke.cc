// A conversation through MySQL Connector/C++: connector_smoke PORT KEYSPACE plain|tls FIRST_ID.
// Expects the table of smoke_test.py. Prints "all good", or what went wrong and exits with 1.

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

void Require(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

std::unique_ptr<sql::Connection> Connect(int port, const std::string& keyspace, bool tls) {
  sql::ConnectOptionsMap options;
  options["hostName"] = sql::SQLString("tcp://127.0.0.1:" + std::to_string(port));
  options["userName"] = sql::SQLString("app");
  options["password"] = sql::SQLString("app");
  options["schema"] = sql::SQLString(keyspace);
  if (tls) options["sslEnforce"] = true;
  return std::unique_ptr<sql::Connection>(
      sql::mysql::get_mysql_driver_instance()->connect(options));
}

// Prepared INSERT and SELECT in one transaction that is committed, and one that is rolled back.
void Converse(sql::Connection& connection, int first_id) {
  connection.setAutoCommit(false);
  std::unique_ptr<sql::PreparedStatement> insert(
      connection.prepareStatement("INSERT INTO customer (id, name, balance) VALUES (?, ?, ?)"));
  for (int i = 0; i < 10; ++i) {
    insert->setInt64(1, first_id + i);
    insert->setString(2, "name " + std::to_string(i));
    insert->setDouble(3, i + 0.25);
    Require(insert->executeUpdate() == 1, "an INSERT did not affect one row");
  }
  connection.commit();

  std::unique_ptr<sql::PreparedStatement> select(
      connection.prepareStatement("SELECT name, balance FROM customer WHERE id = ?"));
  for (int i = 0; i < 10; ++i) {
    select->setInt64(1, first_id + i);
    std::unique_ptr<sql::ResultSet> rows(select->executeQuery());
    Require(rows->next(), "a committed row is missing");
    Require(rows->getString("name") == "name " + std::to_string(i), "a name differs");
    Require(rows->getDouble("balance") == i + 0.25, "a balance differs");
    Require(!rows->next(), "a key has two rows");
  }

  std::unique_ptr<sql::Statement> statement(connection.createStatement());
  statement->executeUpdate("DELETE FROM customer WHERE id = " + std::to_string(first_id));
  connection.rollback();
  std::unique_ptr<sql::ResultSet> count(
      statement->executeQuery("SELECT COUNT(*) FROM customer WHERE id BETWEEN " +
                              std::to_string(first_id) + " AND " + std::to_string(first_id + 9)));
  Require(count->next() && count->getInt(1) == 10, "a rolled back DELETE changed the table");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: connector_smoke PORT KEYSPACE plain|tls FIRST_ID\n";
    return 2;
  }
  try {
    auto connection = Connect(std::stoi(argv[1]), argv[2], std::string(argv[3]) == "tls");
    Converse(*connection, std::stoi(argv[4]));
    std::cout << "all good\n";
    return 0;
  } catch (const sql::SQLException& error) {
    std::cerr << "MySQL error " << error.getErrorCode() << ": " << error.what() << "\n";
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
  }
  return 1;
}
