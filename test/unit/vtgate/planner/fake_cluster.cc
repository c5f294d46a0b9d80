#include "test/unit/vtgate/planner/fake_cluster.h"

#include <glog/logging.h>

#include <sstream>

namespace keyspan::vtgate {
namespace {

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> ListInParentheses(const std::string& line) {
  size_t open = line.find('(');
  std::string inner = line.substr(open + 1, line.find(')', open) - open - 1);
  for (char& c : inner) {
    if (c == ',') c = ' ';
  }
  return Words(inner);
}

TableColumn ParseColumn(const std::string& line) {
  std::vector<std::string> words = Words(line);
  TableColumn column;
  column.name = words[0];
  size_t i = 1;
  for (; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "not" || word == "default" || word == "collate" || word == "auto_increment" ||
        word == "generated" || word == "invisible") {
      break;
    }
    column.column_type += (column.column_type.empty() ? "" : " ") + word;
  }
  for (; i < words.size(); ++i) {
    if (words[i] == "not") {
      column.nullable = false;
      ++i;  // null
    } else if (words[i] == "default") {
      column.has_default = true;
    } else if (words[i] == "collate") {
      column.collation = words[++i];
    } else if (words[i] == "auto_increment") {
      column.auto_increment = true;
    } else if (words[i] == "generated") {
      column.generated = true;
    } else if (words[i] == "invisible") {
      column.invisible = true;
    }
  }
  column.type = sharding::ParseMysqlColumnType(column.column_type, column.collation);
  return column;
}

class ClusterParser {
 public:
  std::shared_ptr<const Cluster> Run(std::string_view text) {
    std::istringstream in{std::string(text)};
    std::string vschema;
    bool in_vschema = false;
    for (std::string line; std::getline(in, line);) {
      std::vector<std::string> words = Words(line);
      if (in_vschema) {
        if (words.size() == 1 && words[0] == "end") {
          in_vschema = false;
          SetVSchema(vschema);
        } else {
          vschema += line + "\n";
        }
        continue;
      }
      if (words.empty() || words[0][0] == '#') continue;
      if (words[0] == "keyspace") {
        FinishKeyspace();
        StartKeyspace(words);
      } else if (words[0] == "vschema") {
        vschema = "";
        in_vschema = true;
      } else if (words[0] == "table" || words[0] == "view") {
        table_ = &schema_->tables[words[1]];
        table_->name = words[1];
        table_->view = words[0] == "view";
      } else if (words[0] == "primary") {
        table_->primary_key = ListInParentheses(line);
        table_->indexes.push_back({"PRIMARY", true, table_->primary_key});
      } else if (words[0] == "unique") {
        table_->indexes.push_back({words[2], true, ListInParentheses(line)});
      } else {
        table_->columns.push_back(ParseColumn(line));
      }
    }
    FinishKeyspace();
    std::vector<sharding::KeyspaceVSchema::Ptr> vschemas;
    for (const auto& [name, keyspace] : cluster_->keyspaces) vschemas.push_back(keyspace->vschema);
    cluster_->vschema = std::make_shared<const sharding::VSchema>(std::move(vschemas));
    return cluster_;
  }

 private:
  void StartKeyspace(const std::vector<std::string>& words) {
    keyspace_ = std::make_shared<KeyspaceInfo>();
    schema_ = std::make_shared<KeyspaceSchema>();
    keyspace_->name = words[1];
    for (size_t i = 2; i < words.size(); ++i) {
      ShardInfo shard;
      shard.name = words[i];
      auto range = sharding::KeyRangeOfShard(words[i]);
      CHECK(range.ok()) << range.status().ToString();
      shard.range = *range;
      keyspace_->shards.push_back(std::move(shard));
    }
  }

  void SetVSchema(const std::string& json) {
    auto vschema = sharding::KeyspaceVSchema::FromJson(keyspace_->name, json);
    CHECK(vschema.ok()) << vschema.status().ToString();
    keyspace_->vschema = *vschema;
    keyspace_->sharded = (*vschema)->sharded();
  }

  void FinishKeyspace() {
    if (keyspace_ == nullptr) return;
    if (!schema_->tables.empty()) keyspace_->schema = schema_;
    cluster_->keyspaces[keyspace_->name] = keyspace_;
    keyspace_ = nullptr;
  }

  std::shared_ptr<Cluster> cluster_ = std::make_shared<Cluster>();
  std::shared_ptr<KeyspaceInfo> keyspace_;
  std::shared_ptr<KeyspaceSchema> schema_;
  TableInfo* table_ = nullptr;
};

}  // namespace

std::shared_ptr<const Cluster> ParseCluster(std::string_view text) {
  return ClusterParser().Run(text);
}

}  // namespace keyspan::vtgate
