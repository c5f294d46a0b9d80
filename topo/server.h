#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "topo/names.h"
#include "topo/records.pb.h"
#include "topo/store.h"

namespace keyspan::topo {

// A record with the version that a version-checked write needs.
template <typename T>
struct Versioned {
  T record;
  Version version = 0;
};

inline constexpr std::chrono::milliseconds kDefaultLockWait{45000};

// The typed view of a Store: where each record lives and what must hold between records.
//
// Thread-safety and blocking are those of the store. The server owns nothing but its root; the
// store must outlive it.
class Server {
 public:
  // `root` is the full path under which everything lies, for example "/keyspan".
  Server(Store* store, std::string root);

  Store* store() const { return store_; }

  // Full paths. A cell's root follows from its CellInfo; pass "" where there is none.
  std::string GlobalPath() const { return root_ + "/global"; }
  std::string CellInfoPath(const std::string& cell) const;
  std::string KeyspacePath(const std::string& keyspace) const;                         // the folder
  std::string ShardPath(const std::string& keyspace, const std::string& shard) const;  // the folder
  std::string DefaultCellRoot(const std::string& cell) const { return root_ + "/" + cell; }

  // --- Cells -------------------------------------------------------------------------------------
  Status CreateCell(const std::string& cell, const CellInfo& info);
  Status UpdateCell(const std::string& cell, const CellInfo& info);
  // Refuses a cell that has tablets.
  Status DeleteCell(const std::string& cell);
  Result<CellInfo> GetCell(const std::string& cell);
  Result<std::vector<std::string>> GetCellNames();

  // --- Keyspaces ---------------------------------------------------------------------------------
  Status CreateKeyspace(const std::string& keyspace, const Keyspace& record);
  Result<Versioned<Keyspace>> GetKeyspace(const std::string& keyspace);
  Result<std::vector<std::string>> GetKeyspaceNames();
  Status UpdateKeyspace(const std::string& keyspace,
                        const std::function<Status(Keyspace&)>& change);
  // Refuses a keyspace that has shards. Its VSchema goes with it.
  Status DeleteKeyspace(const std::string& keyspace);

  // --- Shards ------------------------------------------------------------------------------------
  // The key range follows from the name. A new shard serves when its range overlaps no serving
  // shard. The keyspace must exist.
  Status CreateShard(const std::string& keyspace, const std::string& shard);
  Result<Versioned<Shard>> GetShard(const std::string& keyspace, const std::string& shard);
  Result<std::vector<std::string>> GetShardNames(const std::string& keyspace);
  Result<std::map<std::string, Shard>> GetShards(const std::string& keyspace);
  // Reads, changes, writes with a version check, and starts over when another was quicker; `change`
  // may thus run several times. An error of `change` stops it and is returned. Returns what was
  // written.
  Result<Shard> UpdateShardFields(const std::string& keyspace, const std::string& shard,
                                  const std::function<Status(Shard&)>& change);
  // Makes `primary` the shard's primary in a new term, if `expected_term` is still the current one
  // (kFailedPrecondition otherwise). Returns the new record.
  Result<Shard> SetShardPrimary(const std::string& keyspace, const std::string& shard,
                                const TabletAlias& primary, int64_t expected_term);
  Status DeleteShard(const std::string& keyspace, const std::string& shard);

  // --- Tablets -----------------------------------------------------------------------------------
  // Creates the record, or replaces the one of the same alias if it belongs to the same keyspace
  // and shard. The cell must exist.
  Status CreateTablet(const Tablet& tablet);
  Result<Versioned<Tablet>> GetTablet(const TabletAlias& alias);
  Result<Tablet> UpdateTabletFields(const TabletAlias& alias,
                                    const std::function<Status(Tablet&)>& change);
  Status DeleteTablet(const TabletAlias& alias);
  Result<std::vector<Tablet>> GetTabletsByCell(const std::string& cell);
  // Over all cells, sorted by alias.
  Result<std::vector<Tablet>> GetTablets();
  Result<std::vector<Tablet>> GetTabletsByShard(const std::string& keyspace,
                                                const std::string& shard);
  // The ephemeral node of a running vttablet; its value is hostname:rpc_port.
  Result<std::unique_ptr<Ephemeral>> AnnounceTablet(const Tablet& tablet);
  Result<bool> IsTabletPresent(const TabletAlias& alias);
  Result<std::string> TabletPath(const TabletAlias& alias);  // the folder

  // --- VSchema -----------------------------------------------------------------------------------
  // The JSON text; kNotFound when the keyspace has none yet.
  Result<Versioned<std::string>> GetVSchema(const std::string& keyspace);
  // `expected` is the version that was read, kAnyVersion, or kNoVersion when there was none:
  // another writer in between is kFailedPrecondition. Checks only that the text is not empty: the
  // caller has validated it.
  static constexpr Version kNoVersion = -2;
  Result<Version> SaveVSchema(const std::string& keyspace, const std::string& json,
                              Version expected);
  Result<SrvVSchema> GetSrvVSchema();

  // --- Locks -------------------------------------------------------------------------------------
  // `action` tells those who wait what is going on.
  Result<std::unique_ptr<HeldLock>> LockKeyspace(const std::string& keyspace,
                                                 const std::string& action,
                                                 std::chrono::milliseconds wait = kDefaultLockWait);
  Result<std::unique_ptr<HeldLock>> LockShard(const std::string& keyspace, const std::string& shard,
                                              const std::string& action,
                                              std::chrono::milliseconds wait = kDefaultLockWait);

 private:
  Result<std::string> CellRoot(const std::string& cell);
  // The names under a folder; empty when the folder is not there.
  Result<std::vector<std::string>> ListOrEmpty(const std::string& path);
  // Deletes the folder with its locks folder, if nothing else is in it.
  Status DeleteFolder(const std::string& path);

  Store* store_;
  std::string root_;
};

}  // namespace keyspan::topo
