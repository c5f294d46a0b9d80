#include "vttablet/schema/sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace keyspan::vttablet {
namespace {

// Of next_id, which many a sequence table has as BIGINT.
constexpr uint64_t kMaxValue = std::numeric_limits<int64_t>::max();

}  // namespace

std::string Sequences::Name(const std::string& table) const {
  return Identifier(database_) + "." + Identifier(table);
}

void Sequences::Distrust() {
  for (auto& [table, block] : blocks_) block.distrusted = true;
}

Awaitable<Result<Sequences::Row>> Sequences::Lock(ControlConnection& sql,
                                                  const std::string& table) {
  CO_ASSIGN_OR_RETURN(auto found,
                      co_await sql.Query(fmt::format(
                          "SELECT next_id, cache FROM {} WHERE id = 0 FOR UPDATE", Name(table))));
  if (found.rows.size() != 1) {
    co_return Status(StatusCode::kFailedPrecondition,
                     fmt::format("sequence {} has no row with id 0", table));
  }
  const int64_t next_id = IntCell(found, 0, "next_id", -1);
  const int64_t cache = IntCell(found, 0, "cache", -1);
  if (next_id < 0 || cache <= 0) {
    co_return Status(StatusCode::kFailedPrecondition,
                     fmt::format("sequence {} has next_id {} and cache {}: the former must not be "
                                 "negative, the latter must be positive",
                                 table, Cell(found, 0, "next_id"), Cell(found, 0, "cache")));
  }
  co_return Row{static_cast<uint64_t>(next_id), static_cast<uint64_t>(cache)};
}

Sequences::Block& Sequences::Trust(const std::string& table, const Row& row) {
  Block& block = blocks_[table];
  // What is left continues, unless somebody else has moved the row.
  if (block.end != row.next_id || block.next == block.end) block = {row.next_id, row.next_id};
  block.distrusted = false;
  return block;
}

Awaitable<Result<uint64_t>> Sequences::Reserve(ControlConnection& sql, std::string table,
                                               uint64_t count) {
  if (count == 0 || count > (uint64_t{1} << 40)) {
    co_return InvalidArgument(fmt::format("cannot reserve {} values of a sequence", count));
  }
  Block& block = blocks_[table];
  if (block.distrusted || block.end - block.next < count) {
    CO_RETURN_IF_ERROR(co_await sql.Run("BEGIN"));
    Status taken = co_await Take(sql, table, count);
    if (!taken.ok()) {
      if (!sql.broken()) (void)co_await sql.Run("ROLLBACK");
      co_return taken;
    }
    Status committed = co_await sql.Run("COMMIT");
    if (!committed.ok()) {
      // Perhaps it was taken: these values are never given out.
      blocks_.erase(table);
      co_return committed;
    }
  }
  Block& filled = blocks_[table];
  const uint64_t start = filled.next;
  filled.next += count;
  co_return start;
}

Awaitable<Status> Sequences::Take(ControlConnection& sql, const std::string& table,
                                  uint64_t count) {
  CO_ASSIGN_OR_RETURN(Row row, co_await Lock(sql, table));
  Block& block = Trust(table, row);
  const uint64_t left = block.end - block.next;
  if (left >= count) co_return Status();
  const uint64_t size = std::min(std::max(count - left, row.cache), kMaxValue - row.next_id);
  if (left + size < count) {
    co_return Status::Mysql(1467, "HY000",
                            fmt::format("Failed to read auto-increment value: sequence {} is at "
                                        "its end",
                                        table));
  }
  CO_RETURN_IF_ERROR(co_await sql.Run(
      fmt::format("UPDATE {} SET next_id = {} WHERE id = 0", Name(table), row.next_id + size)));
  blocks_[table].end = row.next_id + size;
  co_return Status();
}

Awaitable<Status> Sequences::Bump(ControlConnection& sql, std::string table, uint64_t at_least,
                                  bool may_go_back) {
  at_least = std::min(at_least, kMaxValue);
  Block& block = blocks_[table];
  if (!may_go_back && !block.distrusted && at_least <= block.end) {
    block.next = std::max(block.next, at_least);
    co_return Status();
  }
  CO_RETURN_IF_ERROR(co_await sql.Run("BEGIN"));
  Status moved = co_await Move(sql, table, at_least, may_go_back);
  if (moved.ok()) moved = co_await sql.Run("COMMIT");
  if (!moved.ok()) {
    blocks_.erase(table);
    if (!sql.broken()) (void)co_await sql.Run("ROLLBACK");
  }
  co_return moved;
}

Awaitable<Status> Sequences::Move(ControlConnection& sql, const std::string& table,
                                  uint64_t at_least, bool may_go_back) {
  CO_ASSIGN_OR_RETURN(Row row, co_await Lock(sql, table));
  Block& block = Trust(table, row);
  if (!may_go_back && at_least <= block.end) {
    block.next = std::max(block.next, at_least);
    co_return Status();
  }
  block = {at_least, at_least};
  co_return co_await sql.Run(
      fmt::format("UPDATE {} SET next_id = {} WHERE id = 0", Name(table), at_least));
}

}  // namespace keyspan::vttablet
