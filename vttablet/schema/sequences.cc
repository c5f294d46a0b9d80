#include "vttablet/schema/sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace keyspan::vttablet {

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
  Block& block = blocks_[table];
  // What is left continues, unless somebody else has moved the row.
  if (block.end != row.next_id || block.next == block.end) block = {row.next_id, row.next_id};
  block.distrusted = false;
  const uint64_t left = block.end - block.next;
  if (left >= count) co_return Status();
  const uint64_t size = std::max(count - left, row.cache);
  CO_RETURN_IF_ERROR(co_await sql.Run(
      fmt::format("UPDATE {} SET next_id = {} WHERE id = 0", Name(table), row.next_id + size)));
  blocks_[table].end = row.next_id + size;
  co_return Status();
}

Awaitable<Status> Sequences::Bump(ControlConnection& sql, std::string table, uint64_t at_least) {
  Block& block = blocks_[table];
  if (!block.distrusted && at_least <= block.end) {
    block.next = std::max(block.next, at_least);
    co_return Status();
  }
  blocks_.erase(table);
  CO_RETURN_IF_ERROR(co_await sql.Run("BEGIN"));
  auto row = co_await Lock(sql, table);
  Status status = row.ok() ? Status() : std::move(row).status();
  if (status.ok() && row->next_id < at_least) {
    status = co_await sql.Run(
        fmt::format("UPDATE {} SET next_id = {} WHERE id = 0", Name(table), at_least));
  }
  if (!status.ok()) {
    if (!sql.broken()) (void)co_await sql.Run("ROLLBACK");
    co_return status;
  }
  co_return co_await sql.Run("COMMIT");
}

}  // namespace keyspan::vttablet
