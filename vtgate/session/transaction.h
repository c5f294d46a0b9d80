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

// What SET TRANSACTION chose; empty parts are the session's.
struct TransactionCharacteristics {
  std::string isolation;  // "READ COMMITTED"
  std::string access;     // "READ ONLY", "READ WRITE"

  bool empty() const { return isolation.empty() && access.empty(); }
  // "SET TRANSACTION ISOLATION LEVEL ..., READ ONLY"; empty when nothing was chosen.
  std::string ToSql() const;
};

// How a transaction begins.
struct TransactionStart {
  bool by_statement = false;  // BEGIN; otherwise the first statement with autocommit off
  bool consistent_snapshot = false;
  std::string access;               // as START TRANSACTION says; empty: it does not
  TransactionCharacteristics once;  // of SET TRANSACTION
  bool read_only_by_default = false;
};

// A client's transaction: opened in the gateway, and on each shard when a statement first goes
// there. Part of a Session.
class Transaction {
 public:
  bool open() const { return open_; }
  bool read_only() const { return read_only_; }
  // Opened by the gateway for one statement of its own needs: the client does not see it.
  bool internal() const { return internal_; }

  // When it began, since 1970; tells it from the session's other transactions.
  uint64_t begun_ns() const { return begun_ns_; }

  // Requires: !open().
  void Begin(TransactionStart start);
  void BeginInternal(TransactionCharacteristics once);
  // Drops everything without telling the shards.
  void Forget();

  const TransactionStart& start() const { return start_; }
  // What opens it on a shard; empty: BEGIN.
  const std::string& begin_sql() const { return begin_sql_; }
  // What must precede that, such as SET TRANSACTION ISOLATION LEVEL; empty: nothing.
  const std::string& setup() const { return setup_; }

  // What statements have done in it, for those who track it.
  struct Use {
    bool read = false;
    bool written = false;
    bool result_sent = false;
  };
  Use& use() { return use_; }
  const Use& use() const { return use_; }

  // Null when the shard has no part yet.
  ShardTransaction* Find(std::string_view keyspace, std::string_view shard);
  // Stable until Remove or Forget.
  ShardTransaction& Add(ShardTransaction part);
  void Remove(const ShardTransaction* part);
  std::deque<std::unique_ptr<ShardTransaction>>& parts() { return parts_; }
  const std::deque<std::unique_ptr<ShardTransaction>>& parts() const { return parts_; }

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
  uint64_t begun_ns_ = 0;
  TransactionStart start_;
  Use use_;
  std::string begin_sql_;
  std::string setup_;
  std::deque<std::unique_ptr<ShardTransaction>> parts_;
  std::vector<Savepoint> savepoints_;
  uint64_t next_savepoint_ = 1;
};

}  // namespace keyspan::vtgate
