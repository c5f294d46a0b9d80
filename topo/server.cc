#include "topo/server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace keyspan::topo {
namespace {

// How often a read-change-write is started over because somebody else was quicker.
constexpr int kMaxUpdateAttempts = 100;

template <typename T>
Result<T> Decode(const std::string& path, const std::string& value) {
  T record;
  if (!record.ParseFromString(value)) {
    return InternalError(fmt::format("{} holds no valid {}", path, T::descriptor()->name()));
  }
  return record;
}

// Gives a missing or existing node the name that people know.
Status Named(Status status, std::string_view what, std::string_view name) {
  if (status.code() == StatusCode::kNotFound) {
    return NotFound(fmt::format("{} {} does not exist", what, name));
  }
  if (status.code() == StatusCode::kAlreadyExists) {
    return Status(StatusCode::kAlreadyExists, fmt::format("{} {} exists already", what, name));
  }
  return status;
}

template <typename T>
Result<Versioned<T>> Read(Store* store, const std::string& path) {
  ASSIGN_OR_RETURN(Node node, store->Get(path));
  ASSIGN_OR_RETURN(T record, Decode<T>(path, node.value));
  return Versioned<T>{std::move(record), node.version};
}

template <typename T>
Result<T> Update(Store* store, const std::string& path, const std::function<Status(T&)>& change) {
  for (int attempt = 0; attempt < kMaxUpdateAttempts; ++attempt) {
    ASSIGN_OR_RETURN(Versioned<T> current, Read<T>(store, path));
    const std::string before = current.record.SerializeAsString();
    RETURN_IF_ERROR(change(current.record));
    const std::string after = current.record.SerializeAsString();
    if (after == before) return std::move(current.record);
    const auto version = store->Set(path, after, current.version);
    if (version.ok()) return std::move(current.record);
    if (version.status().code() != StatusCode::kFailedPrecondition) return version.status();
  }
  return Unavailable(fmt::format("{} changes all the time", path));
}

LockInfo MakeLockInfo(const std::string& action) {
  LockInfo info;
  info.set_action(action);
  char hostname[256] = {};
  if (gethostname(hostname, sizeof(hostname) - 1) == 0) info.set_hostname(hostname);
  info.set_process_id(getpid());
  info.set_time_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count());
  return info;
}

}  // namespace

Server::Server(Store* store, std::string root) : store_(store), root_(std::move(root)) {
  while (!root_.empty() && root_.back() == '/') root_.pop_back();
}

std::string Server::CellInfoPath(const std::string& cell) const {
  return fmt::format("{}/cells/{}/CellInfo", GlobalPath(), cell);
}

std::string Server::KeyspacePath(const std::string& keyspace) const {
  return fmt::format("{}/keyspaces/{}", GlobalPath(), keyspace);
}

std::string Server::ShardPath(const std::string& keyspace, const std::string& shard) const {
  return fmt::format("{}/shards/{}", KeyspacePath(keyspace), shard);
}

Result<std::vector<std::string>> Server::ListOrEmpty(const std::string& path) {
  auto names = store_->List(path);
  if (names.status().code() == StatusCode::kNotFound) return std::vector<std::string>();
  return names;
}

Status Server::DeleteFolder(const std::string& path) {
  for (const std::string& node : {path + "/locks", path}) {
    const Status status = store_->Delete(node, kAnyVersion);
    // A folder that is still in use (a lock, a new record) stays; without its record it is nothing.
    if (!status.ok() && status.code() != StatusCode::kNotFound &&
        status.code() != StatusCode::kInvalidArgument) {
      return status;
    }
  }
  return Status::Ok();
}

// --- Cells
// -----------------------------------------------------------------------------------------

Status Server::CreateCell(const std::string& cell, const CellInfo& info) {
  RETURN_IF_ERROR(CheckName("cell", cell));
  if (cell == "global") return InvalidArgument("a cell cannot be named global");
  return Named(store_->Create(CellInfoPath(cell), info.SerializeAsString()), "cell", cell);
}

Status Server::UpdateCell(const std::string& cell, const CellInfo& info) {
  return Named(store_->Set(CellInfoPath(cell), info.SerializeAsString(), kAnyVersion).status(),
               "cell", cell);
}

Status Server::DeleteCell(const std::string& cell) {
  ASSIGN_OR_RETURN(const std::vector<Tablet> tablets, GetTabletsByCell(cell));
  if (!tablets.empty()) {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("cell {} still has {} tablets", cell, tablets.size()));
  }
  RETURN_IF_ERROR(Named(store_->Delete(CellInfoPath(cell), kAnyVersion), "cell", cell));
  return DeleteFolder(fmt::format("{}/cells/{}", GlobalPath(), cell));
}

Result<CellInfo> Server::GetCell(const std::string& cell) {
  auto info = Read<CellInfo>(store_, CellInfoPath(cell));
  if (!info.ok()) return Named(std::move(info).status(), "cell", cell);
  return std::move(info->record);
}

Result<std::vector<std::string>> Server::GetCellNames() {
  ASSIGN_OR_RETURN(const std::vector<std::string> folders, ListOrEmpty(GlobalPath() + "/cells"));
  std::vector<std::string> names;
  for (const std::string& name : folders) {
    const auto info = GetCell(name);
    if (info.ok()) {
      names.push_back(name);
    } else if (info.status().code() != StatusCode::kNotFound) {
      return info.status();
    }
  }
  return names;
}

Result<std::string> Server::CellRoot(const std::string& cell) {
  ASSIGN_OR_RETURN(const CellInfo info, GetCell(cell));
  return info.root().empty() ? DefaultCellRoot(cell) : info.root();
}

// --- Keyspaces
// -------------------------------------------------------------------------------------

Status Server::CreateKeyspace(const std::string& keyspace, const Keyspace& record) {
  RETURN_IF_ERROR(CheckName("keyspace", keyspace));
  RETURN_IF_ERROR(CheckDurabilityPolicy(record.durability_policy()));
  return Named(store_->Create(KeyspacePath(keyspace) + "/Keyspace", record.SerializeAsString()),
               "keyspace", keyspace);
}

Result<Versioned<Keyspace>> Server::GetKeyspace(const std::string& keyspace) {
  auto record = Read<Keyspace>(store_, KeyspacePath(keyspace) + "/Keyspace");
  if (!record.ok()) return Named(std::move(record).status(), "keyspace", keyspace);
  return record;
}

Result<std::vector<std::string>> Server::GetKeyspaceNames() {
  ASSIGN_OR_RETURN(const std::vector<std::string> folders,
                   ListOrEmpty(GlobalPath() + "/keyspaces"));
  std::vector<std::string> names;
  for (const std::string& name : folders) {
    const auto record = GetKeyspace(name);
    if (record.ok()) {
      names.push_back(name);
    } else if (record.status().code() != StatusCode::kNotFound) {
      return record.status();
    }
  }
  return names;
}

Status Server::UpdateKeyspace(const std::string& keyspace,
                              const std::function<Status(Keyspace&)>& change) {
  auto updated = Update<Keyspace>(store_, KeyspacePath(keyspace) + "/Keyspace", change);
  return Named(std::move(updated).status(), "keyspace", keyspace);
}

Status Server::DeleteKeyspace(const std::string& keyspace) {
  ASSIGN_OR_RETURN(const auto shards, GetShardNames(keyspace));
  if (!shards.empty()) {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("keyspace {} still has {} shards", keyspace, shards.size()));
  }
  const std::string path = KeyspacePath(keyspace);
  RETURN_IF_ERROR(Named(store_->Delete(path + "/Keyspace", kAnyVersion), "keyspace", keyspace));
  const Status vschema = store_->Delete(path + "/VSchema", kAnyVersion);
  if (!vschema.ok() && vschema.code() != StatusCode::kNotFound) return vschema;
  RETURN_IF_ERROR(DeleteFolder(path + "/shards"));
  return DeleteFolder(path);
}

// --- Shards
// ----------------------------------------------------------------------------------------

Status Server::CreateShard(const std::string& keyspace, const std::string& shard) {
  ASSIGN_OR_RETURN(KeyRange range, ParseShardName(shard));
  RETURN_IF_ERROR(GetKeyspace(keyspace).status());
  ASSIGN_OR_RETURN(const auto others, GetShards(keyspace));
  Shard record;
  record.set_is_primary_serving(std::none_of(others.begin(), others.end(), [&](const auto& other) {
    return other.second.is_primary_serving() && KeyRangesOverlap(other.second.key_range(), range);
  }));
  *record.mutable_key_range() = std::move(range);
  return Named(store_->Create(ShardPath(keyspace, shard) + "/Shard", record.SerializeAsString()),
               "shard", keyspace + "/" + shard);
}

Result<Versioned<Shard>> Server::GetShard(const std::string& keyspace, const std::string& shard) {
  auto record = Read<Shard>(store_, ShardPath(keyspace, shard) + "/Shard");
  if (!record.ok()) return Named(std::move(record).status(), "shard", keyspace + "/" + shard);
  return record;
}

Result<std::map<std::string, Shard>> Server::GetShards(const std::string& keyspace) {
  RETURN_IF_ERROR(GetKeyspace(keyspace).status());
  ASSIGN_OR_RETURN(const auto folders, ListOrEmpty(KeyspacePath(keyspace) + "/shards"));
  std::map<std::string, Shard> shards;
  for (const std::string& name : folders) {
    auto record = GetShard(keyspace, name);
    if (record.ok()) {
      shards.emplace(name, std::move(record->record));
    } else if (record.status().code() != StatusCode::kNotFound) {
      return record.status();
    }
  }
  return shards;
}

Result<std::vector<std::string>> Server::GetShardNames(const std::string& keyspace) {
  ASSIGN_OR_RETURN(const auto shards, GetShards(keyspace));
  std::vector<std::string> names;
  for (const auto& [name, record] : shards) names.push_back(name);
  return names;
}

Result<Shard> Server::UpdateShardFields(const std::string& keyspace, const std::string& shard,
                                        const std::function<Status(Shard&)>& change) {
  auto updated = Update<Shard>(store_, ShardPath(keyspace, shard) + "/Shard", change);
  if (!updated.ok()) return Named(std::move(updated).status(), "shard", keyspace + "/" + shard);
  return updated;
}

Result<Shard> Server::SetShardPrimary(const std::string& keyspace, const std::string& shard,
                                      const TabletAlias& primary, int64_t expected_term) {
  const auto change = [&](Shard& record) -> Status {
    if (record.primary_term() != expected_term) {
      return Status(StatusCode::kFailedPrecondition,
                    fmt::format("shard {}/{} is in term {}, not {}: somebody else changed its "
                                "primary",
                                keyspace, shard, record.primary_term(), expected_term));
    }
    *record.mutable_primary_alias() = primary;
    record.set_primary_term(expected_term + 1);
    record.set_primary_term_start_time_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                                              std::chrono::system_clock::now().time_since_epoch())
                                              .count());
    return Status::Ok();
  };
  return UpdateShardFields(keyspace, shard, change);
}

Status Server::DeleteShard(const std::string& keyspace, const std::string& shard) {
  const std::string path = ShardPath(keyspace, shard);
  RETURN_IF_ERROR(
      Named(store_->Delete(path + "/Shard", kAnyVersion), "shard", keyspace + "/" + shard));
  return DeleteFolder(path);
}

// --- Tablets
// ---------------------------------------------------------------------------------------

Result<std::string> Server::TabletPath(const TabletAlias& alias) {
  ASSIGN_OR_RETURN(const std::string root, CellRoot(alias.cell()));
  return fmt::format("{}/tablets/{}", root, AliasToString(alias));
}

Status Server::CreateTablet(const Tablet& tablet) {
  RETURN_IF_ERROR(CheckName("keyspace", tablet.keyspace()));
  RETURN_IF_ERROR(ParseShardName(tablet.shard()).status());
  ASSIGN_OR_RETURN(const std::string folder, TabletPath(tablet.alias()));
  const std::string path = folder + "/Tablet";
  const Status created = store_->Create(path, tablet.SerializeAsString());
  if (created.code() != StatusCode::kAlreadyExists) return created;
  const auto replace = [&](Tablet& record) -> Status {
    if (record.keyspace() != tablet.keyspace() || record.shard() != tablet.shard()) {
      return Status(StatusCode::kAlreadyExists,
                    fmt::format("tablet {} exists already, in {}/{}", AliasToString(tablet.alias()),
                                record.keyspace(), record.shard()));
    }
    record = tablet;
    return Status::Ok();
  };
  return Update<Tablet>(store_, path, replace).status();
}

Result<Versioned<Tablet>> Server::GetTablet(const TabletAlias& alias) {
  ASSIGN_OR_RETURN(const std::string folder, TabletPath(alias));
  auto record = Read<Tablet>(store_, folder + "/Tablet");
  if (!record.ok()) return Named(std::move(record).status(), "tablet", AliasToString(alias));
  return record;
}

Result<Tablet> Server::UpdateTabletFields(const TabletAlias& alias,
                                          const std::function<Status(Tablet&)>& change) {
  ASSIGN_OR_RETURN(const std::string folder, TabletPath(alias));
  auto updated = Update<Tablet>(store_, folder + "/Tablet", change);
  if (!updated.ok()) return Named(std::move(updated).status(), "tablet", AliasToString(alias));
  return updated;
}

Status Server::DeleteTablet(const TabletAlias& alias) {
  ASSIGN_OR_RETURN(const std::string folder, TabletPath(alias));
  RETURN_IF_ERROR(
      Named(store_->Delete(folder + "/Tablet", kAnyVersion), "tablet", AliasToString(alias)));
  return DeleteFolder(folder);
}

Result<std::vector<Tablet>> Server::GetTabletsByCell(const std::string& cell) {
  ASSIGN_OR_RETURN(const std::string root, CellRoot(cell));
  ASSIGN_OR_RETURN(const auto names, ListOrEmpty(root + "/tablets"));
  std::vector<Tablet> tablets;
  for (const std::string& name : names) {
    auto record = Read<Tablet>(store_, fmt::format("{}/tablets/{}/Tablet", root, name));
    if (record.ok()) {
      tablets.push_back(std::move(record->record));
    } else if (record.status().code() != StatusCode::kNotFound) {
      return record.status();
    }
  }
  return tablets;
}

Result<std::vector<Tablet>> Server::GetTablets() {
  ASSIGN_OR_RETURN(const auto cells, GetCellNames());
  std::vector<Tablet> tablets;
  for (const std::string& cell : cells) {
    ASSIGN_OR_RETURN(std::vector<Tablet> of_cell, GetTabletsByCell(cell));
    std::move(of_cell.begin(), of_cell.end(), std::back_inserter(tablets));
  }
  std::sort(tablets.begin(), tablets.end(), [](const Tablet& a, const Tablet& b) {
    return AliasToString(a.alias()) < AliasToString(b.alias());
  });
  return tablets;
}

Result<std::vector<Tablet>> Server::GetTabletsByShard(const std::string& keyspace,
                                                      const std::string& shard) {
  ASSIGN_OR_RETURN(std::vector<Tablet> tablets, GetTablets());
  std::erase_if(tablets, [&](const Tablet& tablet) {
    return tablet.keyspace() != keyspace || tablet.shard() != shard;
  });
  return tablets;
}

Result<std::unique_ptr<Ephemeral>> Server::AnnounceTablet(const Tablet& tablet) {
  ASSIGN_OR_RETURN(const std::string folder, TabletPath(tablet.alias()));
  auto presence = store_->CreateEphemeral(
      folder + "/presence", fmt::format("{}:{}", tablet.hostname(), tablet.rpc_port()));
  if (presence.status().code() == StatusCode::kAlreadyExists) {
    return std::move(presence).status().WithPrefix(
        fmt::format("another vttablet runs as {}", AliasToString(tablet.alias())));
  }
  return presence;
}

Result<bool> Server::IsTabletPresent(const TabletAlias& alias) {
  ASSIGN_OR_RETURN(const std::string folder, TabletPath(alias));
  const auto node = store_->Get(folder + "/presence");
  if (node.ok()) return true;
  if (node.status().code() == StatusCode::kNotFound) return false;
  return node.status();
}

// --- VSchema
// ---------------------------------------------------------------------------------------

Result<Versioned<std::string>> Server::GetVSchema(const std::string& keyspace) {
  RETURN_IF_ERROR(GetKeyspace(keyspace).status());
  auto node = store_->Get(KeyspacePath(keyspace) + "/VSchema");
  if (!node.ok()) return Named(std::move(node).status(), "the VSchema of keyspace", keyspace);
  return Versioned<std::string>{std::move(node->value), node->version};
}

Result<Version> Server::SaveVSchema(const std::string& keyspace, const std::string& json,
                                    Version expected) {
  if (json.empty()) return InvalidArgument("a VSchema cannot be empty");
  RETURN_IF_ERROR(GetKeyspace(keyspace).status());
  const std::string path = KeyspacePath(keyspace) + "/VSchema";
  const auto changed = [&] {
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("the VSchema of keyspace {} was changed meanwhile", keyspace));
  };
  if (expected != kNoVersion) {
    const auto version = store_->Set(path, json, expected);
    if (version.status().code() == StatusCode::kFailedPrecondition) return changed();
    if (version.status().code() != StatusCode::kNotFound || expected != kAnyVersion) return version;
  }
  const Status created = store_->Create(path, json);
  if (created.ok()) return Version{0};
  if (created.code() != StatusCode::kAlreadyExists) return created;
  return expected == kAnyVersion ? store_->Set(path, json, kAnyVersion) : changed();
}

Result<SrvVSchema> Server::GetSrvVSchema() {
  ASSIGN_OR_RETURN(const auto keyspaces, GetKeyspaceNames());
  SrvVSchema all;
  for (const std::string& keyspace : keyspaces) {
    auto vschema = GetVSchema(keyspace);
    if (vschema.ok()) {
      (*all.mutable_keyspaces())[keyspace] = std::move(vschema->record);
    } else if (vschema.status().code() == StatusCode::kNotFound) {
      (*all.mutable_keyspaces())[keyspace] = "{}";
    } else {
      return vschema.status();
    }
  }
  return all;
}

// --- Locks
// -----------------------------------------------------------------------------------------

Result<std::unique_ptr<HeldLock>> Server::LockKeyspace(const std::string& keyspace,
                                                       const std::string& action,
                                                       std::chrono::milliseconds wait) {
  RETURN_IF_ERROR(GetKeyspace(keyspace).status());
  auto lock =
      store_->AcquireLock(KeyspacePath(keyspace), MakeLockInfo(action).SerializeAsString(), wait);
  if (!lock.ok()) {
    return std::move(lock).status().WithPrefix(fmt::format("lock of keyspace {}", keyspace));
  }
  return lock;
}

Result<std::unique_ptr<HeldLock>> Server::LockShard(const std::string& keyspace,
                                                    const std::string& shard,
                                                    const std::string& action,
                                                    std::chrono::milliseconds wait) {
  RETURN_IF_ERROR(GetShard(keyspace, shard).status());
  auto lock = store_->AcquireLock(ShardPath(keyspace, shard),
                                  MakeLockInfo(action).SerializeAsString(), wait);
  if (!lock.ok()) {
    return std::move(lock).status().WithPrefix(fmt::format("lock of shard {}/{}", keyspace, shard));
  }
  return lock;
}

}  // namespace keyspan::topo
