#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/status.h"
#include "sharding/key_range.h"
#include "sharding/keyspace_id.h"
#include "sharding/routing_value.h"

namespace keyspan::sharding {

// Where the row of some column values lives. None: nowhere, no row can have these values (NULL, a
// string given to a numeric vindex).
struct NoDestination {
  friend bool operator==(NoDestination, NoDestination) = default;
};
using Destination = std::variant<NoDestination, KeyspaceId, KeyRange>;

// "none", "ksid 166b40b44aba4bd6" or "range 16-17": for plans, logs and tests.
std::string DebugString(const Destination& destination);

using VindexParams = std::map<std::string, std::string, std::less<>>;

// What a vindex can tell apart in a column, see CheckShardingColumn.
enum class VindexInput : uint8_t {
  kInteger,  // a number of 64 bits: integer columns only
  kBytes,    // the bytes of the value: not for text whose collation calls different bytes equal
  kAny,      // text by the weights of its collation, everything else by its bytes
};

// A function from column values to keyspace ids, one of a VSchema's named `vindexes`.
//
// Immutable and shared between threads through the VSchema that owns it. The lookup types are known
// here by name, cost and uniqueness, so that a VSchema that names them can be read and kept, but
// they are not functional: Map() answers that they are not supported.
class Vindex {
 public:
  virtual ~Vindex() = default;

  // The name under which the VSchema has it.
  const std::string& name() const { return name_; }
  const std::string& type() const { return type_; }
  // What the planner prefers when several can be used: the lowest.
  virtual int cost() const = 0;
  // Whether one value leads to one keyspace id at most. Only a unique one can be a table's primary.
  virtual bool is_unique() const { return true; }
  // Whether Map() needs nothing but its arguments.
  virtual bool is_functional() const { return true; }
  virtual int column_count() const { return 1; }
  // Of the column at this position. Requires 0 <= position < column_count().
  virtual VindexInput input(int position) const = 0;
  // Whether Map() takes fewer values than column_count() and then answers a key range.
  virtual bool maps_prefix() const { return false; }

  // Where a row with these values of the vindex' columns, in their order, lives. `values` are
  // normalised for their columns. Fails on a wrong number of values and when not functional.
  virtual Result<Destination> Map(std::span<const RoutingValue> values) const = 0;

  // Map() of one column for several rows.
  Result<std::vector<Destination>> MapEach(std::span<const RoutingValue> values) const;

 protected:
  Vindex(std::string name, std::string type) : name_(std::move(name)), type_(std::move(type)) {}

 private:
  std::string name_;
  std::string type_;
};

// A vindex of a registered type. Fails on an unknown type, and on params that the type does not
// know or that are missing or malformed.
Result<std::shared_ptr<const Vindex>> CreateVindex(std::string_view type, std::string_view name,
                                                   const VindexParams& params);

// All registered types, sorted.
std::vector<std::string_view> VindexTypes();
// Whether it is a lookup type, whose tables an owner maintains.
bool IsLookupVindexType(std::string_view type);

// Where rows live whose value begins with `prefix` (LIKE 'prefix%', wildcards already cut off): a
// range for a cfc vindex, everything for other types.
Destination MapValuePrefix(const Vindex& vindex, std::string_view prefix);

}  // namespace keyspan::sharding
