#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vttablet/client/tablet_client.h"

namespace keyspan::vtgate {

// A shard's part of a client's transaction.
struct ShardTransaction {
  std::string keyspace;
  std::string shard;
  std::shared_ptr<vttablet::TabletClient> client;
  uint64_t channel_generation = 0;  // the channel on which it was opened
  uint64_t id = 0;                  // 0 until the tablet has answered
  uint64_t primary_term = 0;
  // It has the savepoints whose number is not below this; earlier ones were set before it joined.
  uint64_t first_savepoint = 0;
};

// A savepoint of a client's transaction. Numbers rise, also when a name is used again.
struct Savepoint {
  std::string name;
  uint64_t number = 0;
};

// A client's transaction: opened in the gateway, and on each shard when a statement first goes
// there. Part of a Session.
class Transaction {
 public:
  bool open() const { return open_; }
  bool read_only() const { return read_only_; }
  // Opened by the gateway for one statement of its own needs: the client does not see it.
  bool internal() const { return internal_; }

  // `begin_sql` opens it on each shard (empty: BEGIN); `setup` must precede it there, such as SET
  // TRANSACTION ISOLATION LEVEL. Requires: !open().
  void Begin(std::string begin_sql, std::string setup, bool read_only);
  void BeginInternal(std::string setup);
  // Drops everything without telling the shards.
  void Forget();

  const std::string& begin_sql() const { return begin_sql_; }
  const std::string& setup() const { return setup_; }

  // Null when the shard has no part yet.
  ShardTransaction* Find(std::string_view keyspace, std::string_view shard);
  // Stable until Remove or Forget.
  ShardTransaction& Add(ShardTransaction part);
  void Remove(const ShardTransaction* part);
  std::deque<std::unique_ptr<ShardTransaction>>& parts() { return parts_; }

  // Open savepoints, oldest first.
  std::vector<Savepoint>& savepoints() { return savepoints_; }
  // The number of the next one to be set.
  uint64_t next_savepoint() const { return next_savepoint_; }
  // Replaces one of the same name (as MySQL, in any letter case).
  void AddSavepoint(std::string name);

 private:
  bool open_ = false;
  bool read_only_ = false;
  bool internal_ = false;
  std::string begin_sql_;
  std::string setup_;
  std::deque<std::unique_ptr<ShardTransaction>> parts_;
  std::vector<Savepoint> savepoints_;
  uint64_t next_savepoint_ = 1;
};

}  // namespace keyspan::vtgate
