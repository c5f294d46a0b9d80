#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "vttablet/client/tablet_client.h"

namespace keyspan::vtgate {

// The system variables that a client has SET and that a shard connection must therefore carry, as
// name -> SQL text of the value. Canonical: two clients that have set the same variables to the
// same values have equal text and id, so that the tablets can share connections between them.
//
// A value, owned by one session.
class Settings {
 public:
  // Assignments as they follow SET, with an id that no other settings have: every connection makes
  // them anew.
  static Settings Once(std::string assignments);

  // `name` in lower case without @@; `sql_value` is a literal or DEFAULT, ready to stand behind
  // `=`.
  void Set(std::string_view name, std::string sql_value);
  void Unset(std::string_view name);
  const std::string* Find(std::string_view name) const;
  void Clear();

  // "SET @@session.a = 1, @@session.b = 'x'"; empty when nothing is set.
  const std::string& text() const { return rpc_.text; }
  // 0 exactly when nothing is set.
  uint64_t id() const { return rpc_.id; }
  // Both, as a tablet takes them.
  const vttablet::SessionSettings& rpc() const { return rpc_; }

  friend bool operator==(const Settings& a, const Settings& b) { return a.text() == b.text(); }

 private:
  void Rebuild();

  std::map<std::string, std::string, std::less<>> values_;
  vttablet::SessionSettings rpc_;
};

}  // namespace keyspan::vtgate
