#pragma once

#include <cstdint>
#include <span>

#include "common/async/awaitable.h"
#include "common/status.h"

namespace keyspan::vtgate {

// The reply of one shard to one statement, as the tablet passes it on: raw MySQL packets of the
// CLIENT_DEPRECATE_EOF form. One session, one io_context. Destruction abandons a reply that has not
// ended; it may not happen while Next() is awaited.
class ShardReply {
 public:
  virtual ~ShardReply() = default;

  // The next chunk: one or more whole packets with their 4-byte headers. Valid until the next call.
  // An empty span is the end.
  virtual Awaitable<Result<std::span<const uint8_t>>> Next() = 0;

  // The rest is not wanted: an awaited Next() fails soon (kCancelled), and so does every later one.
  // Needed because a scatter reads all shards at once and one of them may fail. Idempotent.
  virtual void Cancel() = 0;
};

}  // namespace keyspan::vtgate
