#include "sharding/vschema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace keyspan::sharding {
namespace {

using ::testing::HasSubstr;

constexpr char kCustomer[] = R"({
  "sharded": true,
  "foreign_key_mode": "managed",
  "multi_tenant_spec": {
    "tenant_id_column_name": "tenant_id",
    "tenant_id_column_type": "INT64"
  },
  "vindexes": {
    "email_lookup": {
      "type": "consistent_lookup_unique",
      "params": {
        "from": "email",
        "table": "commerce.email_lookup",
        "to": "keyspace_id"
      },
      "owner": "customer"
    },
    "hash": {
      "type": "hash"
    },
    "region": {
      "type": "multicol",
      "params": {
        "column_bytes": "1,7",
        "column_count": "2"
      }
    }
  },
  "tables": {
    "country": {
      "type": "reference",
      "source": "commerce.country"
    },
    "customer": {
      "column_vindexes": [
        {
          "column": "customer_id",
          "name": "hash"
        },
        {
          "column": "email",
          "name": "email_lookup"
        }
      ],
      "auto_increment": {
        "column": "customer_id",
        "sequence": "commerce.customer_seq"
      },
      "columns": [
        {
          "name": "customer_id",
          "type": "INT64"
        },
        {
          "name": "email",
          "type": "VARCHAR",
          "invisible": true,
          "default": "'x'",
          "collation_name": "utf8mb4_bin",
          "size": 128,
          "nullable": false
        },
        {
          "name": "state",
          "type": "ENUM",
          "values": [
            "a",
            "b"
          ]
        }
      ],
      "column_list_authoritative": true
    },
    "settings": {
      "pinned": "00"
    },
    "visit": {
      "column_vindexes": [
        {
          "columns": [
            "region",
            "id"
          ],
          "name": "region"
        }
      ]
    }
  }
}
)";

constexpr char kCommerce[] = R"({"tables": {
  "customer_seq": {"type": "sequence"}, "product": {}, "country": {}, "email_lookup": {}}})";

KeyspaceVSchema::Ptr Load(std::string_view name, std::string_view json) {
  auto vschema = KeyspaceVSchema::FromJson(name, json);
  EXPECT_TRUE(vschema.ok()) << vschema.status().message();
  return vschema.ok() ? *vschema : nullptr;
}

std::string Error(std::string_view json) {
  return std::string(KeyspaceVSchema::FromJson("ks", json).status().message());
}

TEST(VSchemaJson, PrintsWhatItParsed) {
  EXPECT_EQ(Load("customer", kCustomer)->ToJson(), kCustomer);
  EXPECT_EQ(Load("empty", "{}")->ToJson(), "{}\n");
  EXPECT_EQ(Load("nulls", R"({"sharded": null, "tables": null})")->ToJson(), "{}\n");
}

TEST(VSchemaJson, RefusesWithThePlace) {
  struct Case {
    const char* json;
    const char* message;
  };
  const Case cases[] = {
      {"", "is not JSON"},
      {"[]", "VSchema is not an object"},
      {R"({"sharded": true, "shraded": 1})", "unknown field 'shraded'"},
      {R"({"sharded": "yes"})", "sharded is not true or false"},
      {R"({"tables": {"t": {"colum_vindexes": []}}})", "tables.t: unknown field 'colum_vindexes'"},
      {R"({"tables": {"t": {"column_vindexes": [{"colum": "a", "name": "v"}]}}})",
       "tables.t.column_vindexes[0] names no column"},
      {R"({"tables": {"t": {"column_vindexes": [{"column": "a", "nam": "v"}]}}})",
       "tables.t.column_vindexes[0] has no name"},
      {R"({"tables": {"t": {"column_vindexes": [{"column": "a", "name": "v", "x": 1}]}}})",
       "tables.t.column_vindexes[0]: unknown field 'x'"},
      {R"({"tables": {"t": {"column_vindexes": [{"column":"a","columns":["b"],"name":"v"}]}}})",
       "both column and columns"},
      {R"({"tables": {"t": {"columns": [{"name": "a", "size": -1}]}}})",
       "tables.t.columns[0].size is not a number"},
      {R"({"tables": {"t": {"columns": [{"type": "INT64"}]}}})", "columns[0] has no name"},
      {R"({"tables": {"t": {"auto_increment": {"colum": "a"}}}})",
       "tables.t.auto_increment: unknown field 'colum'"},
      {R"({"tables": {"t": []}})", "tables.t is not an object"},
      {R"({"tables": {"t": {}, "t": {}}})", "the key 't' twice"},
      {R"({"vindexes": {"v": {"type": "hash", "params": {"a": 1}}}})",
       "vindexes.v.params.a is not a string"},
      {R"({"foreign_key_mode": "sometimes"})", "unknown foreign_key_mode"},
  };
  for (const Case& c : cases) EXPECT_THAT(Error(c.json), HasSubstr(c.message)) << c.json;
}

std::string ShardedTable(std::string_view table, std::string_view vindexes = "") {
  return std::string(R"({"sharded": true, "vindexes": {"hash": {"type": "hash"},
      "xx": {"type": "xxhash"}, "two": {"type": "multicol", "params": {"column_count": "2"}},
      "many": {"type": "lookup", "params": {"table": "l", "from": "a", "to": "b"}})") +
         std::string(vindexes) + R"(}, "tables": {"t": )" + std::string(table) + "}}";
}

TEST(KeyspaceVSchema, RefusesWhatCannotWork) {
  struct Case {
    std::string json;
    const char* message;
  };
  const Case cases[] = {
      {R"({"vindexes": {"v": {"type": "hsah"}}})", "unknown type 'hsah'"},
      {R"({"vindexes": {"v": {"type": "hash", "params": {"x": "1"}}}})", "no param 'x'"},
      {ShardedTable("{}"), "table 't': no primary vindex"},
      {ShardedTable(R"({"type": "seq"})"), "unknown table type 'seq'"},
      {ShardedTable(R"({"type": "sequence"})"), "pinned to one shard"},
      {ShardedTable(R"({"pinned": "8"})"), "pinned: '8' is not hex"},
      {ShardedTable(R"({"pinned": "80", "column_vindexes": [{"column": "a", "name": "hash"}]})"),
       "has no vindexes"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "md5"}]})"),
       "vindex 'md5' is not defined"},
      {ShardedTable(R"({"column_vindexes": [{"columns": ["a", "b"], "name": "hash"}]})"),
       "is on 2 columns, it has 1"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "two"}]})"),
       "is on 1 columns, it has 2"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "many"}]})"), "is not unique"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}],
                        "columns": [{"name": "b"}], "column_list_authoritative": true})"),
       "on column 'a', which the authoritative list does not have"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}],
                        "columns": [{"name": "A", "type": "VARCHAR"}]})"),
       "column 'a': vindex type hash on a column that is not an integer"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "xx"}],
                        "columns": [{"name": "a", "type": "VARCHAR"}]})"),
       "use unicode_loose_xxhash"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}],
                        "columns": [{"name": "a", "type": "INT"}]})"),
       "unknown column type 'INT'"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}],
                        "columns": [{"name": "a"}, {"name": "A"}]})"),
       "column 'A' is listed twice"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}],
                        "auto_increment": {"column": "a"}})"),
       "auto_increment needs"},
      {ShardedTable(R"({"source": "x.t", "pinned": "00"})"), "only a table of type reference"},
      {ShardedTable(R"({"type": "reference", "source": "t"})"), "of another keyspace"},
      {ShardedTable(R"({"type": "reference", "source": "ks.t"})"), "of another keyspace"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}]})",
                    R"(, "v": {"type": "hash", "owner": "t"})"),
       "nothing that an owner could maintain"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}]})",
                    R"(, "v": {"type": "lookup", "owner": "u",
                               "params": {"table": "l", "from": "a", "to": "b"}})"),
       "its owner, table 'u', does not exist"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "hash"}]})",
                    R"(, "v": {"type": "lookup", "owner": "t",
                               "params": {"table": "l", "from": "a", "to": "b"}})"),
       "its owner, table 't', does not use it"},
      {ShardedTable(R"({"column_vindexes": [{"column": "a", "name": "v"}]})",
                    R"(, "v": {"type": "lookup_unique", "owner": "t",
                               "params": {"table": "l", "from": "a", "to": "b"}})"),
       "cannot be owned by the table"},
      {R"({"vindexes": {"hash": {"type": "hash"}},
           "tables": {"t": {"column_vindexes": [{"column": "a", "name": "hash"}]}}})",
       "unsharded keyspace has no vindexes"},
  };
  for (const Case& c : cases) EXPECT_THAT(Error(c.json), HasSubstr(c.message)) << c.json;
}

TEST(KeyspaceVSchema, BindsTables) {
  const auto vschema = Load("customer", kCustomer);
  const Table* customer = vschema->FindTable("customer");
  ASSERT_NE(customer, nullptr);
  EXPECT_EQ(customer->keyspace, "customer");
  EXPECT_EQ(customer->primary_vindex().vindex->type(), "hash");
  EXPECT_EQ(customer->primary_vindex().columns, std::vector<std::string>({"customer_id"}));
  EXPECT_FALSE(customer->column_vindexes[0].owned);
  EXPECT_TRUE(customer->column_vindexes[1].owned);
  EXPECT_EQ(customer->auto_increment->sequence, (QualifiedName{"commerce", "customer_seq"}));
  EXPECT_EQ(customer->FindColumn("EMAIL")->size, 128);
  EXPECT_EQ(customer->FindColumn("nope"), nullptr);
  EXPECT_EQ(vschema->FindTable("settings")->pinned->ToHex(), "00");
  EXPECT_EQ(vschema->FindTable("country")->kind, Table::Kind::kReference);
  EXPECT_EQ(vschema->FindTable("visit")->primary_vindex().columns.size(), 2u);
  EXPECT_EQ(vschema->FindTable("Customer"), nullptr);
  EXPECT_EQ(vschema->FindVindex("hash")->name(), "hash");
}

class VSchemaRouting : public ::testing::Test {
 protected:
  VSchema vschema_{{Load("customer", kCustomer), Load("commerce", kCommerce),
                    Load("other", R"({"tables": {"product": {}, "only": {}}})"),
                    Load("hidden", R"({"require_explicit_routing": true,
                                       "tables": {"secret": {}, "customer": {}}})")}};

  std::string Global(std::string_view table) {
    const auto found = vschema_.FindGlobal(table);
    return found.ok() ? found->keyspace->name() + "." + found->table->name
                      : std::string(found.status().message());
  }
};

TEST_F(VSchemaRouting, UnqualifiedNames) {
  EXPECT_EQ(Global("customer"), "customer.customer");
  EXPECT_EQ(Global("only"), "other.only");
  EXPECT_EQ(Global("country"), "commerce.country");
  EXPECT_EQ(Global("nope"), "Table 'nope' doesn't exist");
  EXPECT_EQ(Global("secret"), "Table 'secret' doesn't exist");
  EXPECT_EQ(Global("product"),
            "Table 'product' is ambiguous: it is in the keyspaces 'commerce' and 'other'");
  EXPECT_EQ(vschema_.FindGlobal("product").status().mysql_errno(), 1052);
}

TEST_F(VSchemaRouting, QualifiedNames) {
  EXPECT_EQ(vschema_.FindTable("hidden", "secret")->table->name, "secret");
  EXPECT_EQ(vschema_.FindTable("nope", "t").status().mysql_errno(), 1049);
  EXPECT_EQ(vschema_.FindTable("customer", "t").status().mysql_errno(), 1146);
  EXPECT_EQ(vschema_.FindTable("customer", "t").status().sqlstate(), "42S02");
  // An unsharded keyspace may have tables that its VSchema does not list.
  EXPECT_EQ(vschema_.FindTable("commerce", "t")->table, nullptr);
}

TEST_F(VSchemaRouting, OneKeyspaceTakesEveryName) {
  const VSchema one({Load("commerce", kCommerce)});
  EXPECT_EQ(one.FindGlobal("anything")->keyspace->name(), "commerce");
  EXPECT_EQ(VSchema().FindGlobal("t").status().mysql_errno(), 1146);
}

TEST_F(VSchemaRouting, References) {
  EXPECT_TRUE(vschema_.CheckReferences().ok()) << vschema_.CheckReferences().message();
  const Table& customer = *vschema_.FindTable("customer", "customer")->table;
  EXPECT_EQ((*vschema_.FindSequence(customer))->keyspace, "commerce");
  EXPECT_THAT(std::string(vschema_.Without("commerce")->CheckReferences().message()),
              HasSubstr("Unknown database 'commerce'"));
  const auto without_sequence = Load("commerce", R"({"tables": {"customer_seq": {}}})");
  EXPECT_THAT(std::string(vschema_.With(without_sequence)->CheckReferences().message()),
              HasSubstr("auto_increment of table 'customer.customer': 'customer_seq' is not a"));
}

TEST(VSchemaSequence, UnqualifiedIsOwnKeyspaceThenGlobal) {
  const char* table = R"({"sharded": true, "vindexes": {"x": {"type": "xxhash"}}, "tables": {
      "t": {"column_vindexes": [{"column": "id", "name": "x"}],
            "auto_increment": {"column": "id", "sequence": "s"}}%s}})";
  const auto with = [&](const std::string& more) {
    std::string json = table;
    json.replace(json.find("%s"), 2, more);
    return Load("ks", json);
  };
  const auto other = Load("other", R"({"tables": {"s": {"type": "sequence"}}})");
  const VSchema global({with(""), other});
  EXPECT_EQ((*global.FindSequence(*global.FindTable("ks", "t")->table))->keyspace, "other");
  const VSchema own({with(R"(, "s": {"type": "sequence", "pinned": "00"})"), other});
  EXPECT_EQ((*own.FindSequence(*own.FindTable("ks", "t")->table))->keyspace, "ks");
}

TEST(VSchemaEdits, TablesVindexesAndSequences) {
  auto vschema = Load("ks", R"({"sharded": true})");
  const auto apply = [&](Result<KeyspaceVSchema::Ptr> changed) -> std::string {
    if (!changed.ok()) return std::string(changed.status().message());
    vschema = *changed;
    // What was changed can be written and read again.
    EXPECT_EQ(Load("ks", vschema->ToJson())->def(), vschema->def());
    return "";
  };
  const ColumnVindexDef on_id{{"id"}, "xx"};
  const VindexDef xxhash{"xxhash", {}, ""};

  EXPECT_THAT(apply(vschema->AddTable("t", TableDef{})), HasSubstr("no primary vindex"));
  EXPECT_THAT(apply(vschema->AddTableVindex("t", on_id, std::nullopt)), HasSubstr("not defined"));
  EXPECT_EQ(apply(vschema->AddTableVindex("t", on_id, xxhash)), "");
  EXPECT_EQ(vschema->FindTable("t")->primary_vindex().vindex->type(), "xxhash");
  EXPECT_THAT(apply(vschema->AddTableVindex("t", on_id, xxhash)), HasSubstr("already has"));
  EXPECT_EQ(apply(vschema->AddTableVindex("u", on_id, xxhash)), "");
  EXPECT_THAT(apply(vschema->AddTableVindex("w", on_id, VindexDef{"hash", {}, ""})),
              HasSubstr("another vindex 'xx'"));
  EXPECT_THAT(apply(vschema->AddVindex("xx", xxhash)), HasSubstr("already has the vindex"));
  EXPECT_EQ(apply(vschema->AddVindex("md5", VindexDef{"binary_md5", {}, ""})), "");
  EXPECT_EQ(apply(vschema->DropVindex("md5")), "");
  EXPECT_THAT(apply(vschema->DropVindex("md5")), HasSubstr("has no vindex 'md5'"));
  EXPECT_THAT(apply(vschema->DropVindex("xx")), HasSubstr("table 't' uses it"));

  EXPECT_THAT(apply(vschema->AddSequence("s")), HasSubstr("pinned to one shard"));
  EXPECT_EQ(apply(vschema->AddSequence("s", "00")), "");
  EXPECT_EQ(apply(vschema->AddAutoIncrement("t", {"id", "s"})), "");
  EXPECT_THAT(apply(vschema->AddAutoIncrement("t", {"id", "s"})), HasSubstr("already has"));
  EXPECT_THAT(apply(vschema->DropSequence("t")), HasSubstr("no sequence 't'"));
  EXPECT_EQ(apply(vschema->DropAutoIncrement("t")), "");
  EXPECT_THAT(apply(vschema->DropAutoIncrement("t")), HasSubstr("no auto_increment"));
  EXPECT_EQ(apply(vschema->DropSequence("s")), "");

  EXPECT_EQ(apply(vschema->RenameTable("u", "v")), "");
  EXPECT_THAT(apply(vschema->RenameTable("v", "t")), HasSubstr("already has the table 't'"));
  EXPECT_EQ(apply(vschema->DropTable("v")), "");
  EXPECT_THAT(apply(vschema->DropTable("v")), HasSubstr("has no table 'v'"));
  EXPECT_THAT(apply(vschema->DropTableVindex("t", "md5")), HasSubstr("does not have the vindex"));
  EXPECT_EQ(apply(vschema->DropTableVindex("t", "xx")), "");
  EXPECT_EQ(vschema->FindTable("t"), nullptr);

  TableDef pinned;
  pinned.pinned = "00";
  EXPECT_EQ(apply(vschema->AddTable("p", pinned)), "");
  EXPECT_EQ(apply(vschema->AddTableVindex("p", on_id, xxhash)), "");
  EXPECT_FALSE(vschema->FindTable("p")->pinned.has_value());
}

}  // namespace
}  // namespace keyspan::sharding
