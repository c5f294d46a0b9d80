#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "common/status.h"

namespace keyspan::sharding {

// The point on a keyspace's line at which a row lives: a byte string, ordered bytewise. The hashing
// vindexes give 8 bytes, which std::string keeps inline, so an id costs no allocation.
//
// A value: copies are independent, any thread may read one.
class KeyspaceId {
 public:
  KeyspaceId() = default;
  explicit KeyspaceId(std::string bytes) : bytes_(std::move(bytes)) {}
  // The eight bytes of `number`, most significant first.
  static KeyspaceId FromUint64(uint64_t number);
  // From hex digits as VSchema `pinned` and shard names write them. Fails on an odd number of
  // digits or on anything that is not a hex digit.
  static Result<KeyspaceId> FromHex(std::string_view hex);

  // Valid as long as this object is neither changed nor destroyed.
  std::string_view bytes() const { return bytes_; }
  // Lower-case hex digits.
  std::string ToHex() const;

  friend bool operator==(const KeyspaceId&, const KeyspaceId&) = default;
  // Bytewise, unsigned; a prefix sorts before what it is a prefix of.
  friend std::strong_ordering operator<=>(const KeyspaceId& a, const KeyspaceId& b) {
    return a.bytes_.compare(b.bytes_) <=> 0;
  }

 private:
  std::string bytes_;
};

}  // namespace keyspan::sharding
