#include "vtgate/session/transaction.h"

#include <glog/logging.h>

#include <algorithm>
#include <chrono>

#include "parser/ast/node.h"

namespace keyspan::vtgate {

std::string TransactionCharacteristics::ToSql() const {
  std::string sql;
  if (!isolation.empty()) sql = "SET TRANSACTION ISOLATION LEVEL " + isolation;
  if (!access.empty()) sql += (sql.empty() ? "SET TRANSACTION " : ", ") + access;
  return sql;
}

void Transaction::Begin(TransactionStart start) {
  CHECK(!open_);
  open_ = true;
  begun_ns_ = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
  start_ = std::move(start);
  use_ = {};
  use_.read = start_.consistent_snapshot;
  setup_ = start_.once.ToSql();
  begin_sql_.clear();
  if (start_.consistent_snapshot) begin_sql_ = " WITH CONSISTENT SNAPSHOT";
  if (!start_.access.empty()) begin_sql_ += (begin_sql_.empty() ? " " : ", ") + start_.access;
  if (!begin_sql_.empty()) begin_sql_.insert(0, "START TRANSACTION");
  const std::string& access = start_.access.empty() ? start_.once.access : start_.access;
  read_only_ = access.empty() ? start_.read_only_by_default : access == "READ ONLY";
}

void Transaction::BeginInternal(TransactionCharacteristics once) {
  TransactionStart start;
  start.once = std::move(once);
  Begin(std::move(start));
  internal_ = true;
}

void Transaction::Forget() {
  open_ = false;
  internal_ = false;
  read_only_ = false;
  start_ = {};
  use_ = {};
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
