#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/async/awaitable.h"
#include "common/status.h"
#include "rpc/tablet_messages.pb.h"
#include "vttablet/replication/control_sql.h"

namespace keyspan::vttablet {

// Knows the tables of one database: columns, keys, foreign keys. Its version rises with each change
// that it sees; it starts at the time of day, so that it rises over a restart of the tablet too.
// Lives on the control thread.
class SchemaTracker {
 public:
  explicit SchemaTracker(std::string database);

  // Reads everything and compares.
  Awaitable<Status> Reload(ControlConnection& sql);
  // A cheaper look at checksums; reloads when they differ. (Comments and foreign keys are not part
  // of them; DDL through the tablet reloads in any case.)
  Awaitable<Status> Poll(ControlConnection& sql);

  // 0 while nothing was read.
  uint64_t version() const { return schema_ ? schema_->schema_version() : 0; }
  // Null while nothing was read. Immutable.
  std::shared_ptr<const rpc::GetSchemaResponse> schema() const { return schema_; }

 private:
  Awaitable<Result<std::string>> ReadFingerprint(ControlConnection& sql);

  const std::string database_;
  std::string fingerprint_;
  std::string content_;  // the serialised tables
  std::shared_ptr<const rpc::GetSchemaResponse> schema_;
};

}  // namespace keyspan::vttablet
