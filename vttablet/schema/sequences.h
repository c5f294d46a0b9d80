#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "vttablet/replication/control_sql.h"

namespace keyspan::vttablet {

// Gives out blocks of sequence values. The values up to the sequence table's next_id are this
// tablet's: it takes `cache` of them at a time in one transaction, keeps them in memory, and loses
// the rest when it stops or is no longer the primary (sequences have gaps). Lives on the control
// thread; one call at a time.
class Sequences {
 public:
  explicit Sequences(std::string database) : database_(std::move(database)) {}

  // The first of `count` values in a row. Requires count > 0.
  Awaitable<Result<uint64_t>> Reserve(ControlConnection& sql, std::string table, uint64_t count);
  // Nothing below `at_least` is given out afterwards. With `may_go_back` it is the next value, even
  // where higher ones have been given out.
  Awaitable<Status> Bump(ControlConnection& sql, std::string table, uint64_t at_least,
                         bool may_go_back);
  // What is in memory is no longer ours.
  void Forget() { blocks_.clear(); }
  // A sequence may have been dropped and made again: what is in memory is compared with the row
  // before it is used.
  void Distrust();

 private:
  struct Block {
    uint64_t next = 0;
    uint64_t end = 0;  // exclusive
    bool distrusted = false;
  };
  struct Row {
    uint64_t next_id = 0;
    uint64_t cache = 0;
  };
  std::string Name(const std::string& table) const;
  Awaitable<Result<Row>> Lock(ControlConnection& sql, const std::string& table);
  // The block of a sequence whose row is locked, as far as the row says that it is still ours.
  Block& Trust(const std::string& table, const Row& row);
  Awaitable<Status> Move(ControlConnection& sql, const std::string& table, uint64_t at_least,
                         bool may_go_back);
  Awaitable<Status> Take(ControlConnection& sql, const std::string& table, uint64_t count);

  const std::string database_;
  std::map<std::string, Block> blocks_;
};

}  // namespace keyspan::vttablet
