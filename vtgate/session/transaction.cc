#include "vtgate/session/transaction.h"

#include <glog/logging.h>

#include <algorithm>

#include "parser/ast/node.h"

namespace keyspan::vtgate {

void Transaction::Begin(std::string begin_sql, std::string setup, bool read_only) {
  CHECK(!open_);
  open_ = true;
  begin_sql_ = std::move(begin_sql);
  setup_ = std::move(setup);
  read_only_ = read_only;
}

void Transaction::BeginInternal(std::string setup) {
  Begin("", std::move(setup), /*read_only=*/false);
  internal_ = true;
}

void Transaction::Forget() {
  open_ = false;
  internal_ = false;
  read_only_ = false;
  begin_sql_.clear();
  setup_.clear();
  parts_.clear();
  savepoints_.clear();
}

ShardTransaction* Transaction::Find(std::string_view keyspace, std::string_view shard) {
  for (auto& part : parts_) {
    if (part->shard == shard && part->keyspace == keyspace) return part.get();
  }
  return nullptr;
}

ShardTransaction& Transaction::Add(ShardTransaction part) {
  return *parts_.emplace_back(std::make_unique<ShardTransaction>(std::move(part)));
}

void Transaction::AddSavepoint(std::string name) {
  std::erase_if(savepoints_, [&name](const Savepoint& other) {
    return parser::EqualsIgnoreCase(name, other.name);
  });
  savepoints_.push_back({std::move(name), next_savepoint_++});
}

void Transaction::Remove(const ShardTransaction* part) {
  std::erase_if(parts_, [part](const auto& candidate) { return candidate.get() == part; });
}

}  // namespace keyspan::vtgate
