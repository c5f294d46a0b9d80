#include "vtgate/executor/vschema_edit.h"

#include "common/async/blocking.h"

namespace keyspan::vtgate {
namespace {

constexpr int kMaxAttempts = 20;
constexpr std::chrono::seconds kVisibleWithin{10};

// The version written; -1 when there was nothing to change.
Result<topo::Version> EditOnce(topo::Server& topo, const std::string& keyspace,
                               const VSchemaEdit& edit) {
  std::string json = "{}";
  topo::Version expected = topo::Server::kNoVersion;
  auto current = topo.GetVSchema(keyspace);
  if (current.ok()) {
    json = current->record;
    expected = current->version;
  } else if (current.status().code() != StatusCode::kNotFound) {
    return std::move(current).status();
  }
  ASSIGN_OR_RETURN(auto parsed, sharding::KeyspaceVSchema::FromJson(keyspace, json));
  ASSIGN_OR_RETURN(auto edited, edit(*parsed));
  if (edited == nullptr) return topo::Version{-1};
  return topo.SaveVSchema(keyspace, edited->ToJson(), expected);
}

Result<topo::Version> EditUntilSaved(topo::Server& topo, const std::string& keyspace,
                                     const VSchemaEdit& edit) {
  Result<topo::Version> saved;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    saved = EditOnce(topo, keyspace, edit);
    if (saved.ok() || saved.status().code() != StatusCode::kFailedPrecondition) break;
  }
  return saved;
}

}  // namespace

Awaitable<Status> EditVSchema(const Services& services, std::string keyspace, VSchemaEdit edit) {
  auto work = [&] { return EditUntilSaved(*services.topo, keyspace, edit); };
  CO_ASSIGN_OR_RETURN(topo::Version version, co_await RunBlocking(*services.blocking, work));
  if (version < 0) co_return Status::Ok();
  co_return co_await services.tracker->AwaitVSchema(keyspace, version, kVisibleWithin);
}

}  // namespace keyspan::vtgate
