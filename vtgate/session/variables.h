#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "vtgate/session/session.h"

namespace keyspan::vtgate {

// Where a session system variable lives.
enum class VariableHome : uint8_t {
  kShard,    // applied to the shard connections through Settings
  kGateway,  // the gateway's own, or meaningless behind it: kept in Session::gateway_variables
  kRefused,  // would change what Keyspan relies on
};

// `name` in lower case. A name that nobody knows is kShard: MySQL will refuse it with 1193.
VariableHome HomeOf(std::string_view name);
inline bool IsGatewayVariable(std::string_view name) {
  return HomeOf(name) == VariableHome::kGateway;
}

// sql_select_limit: how many rows a SELECT without LIMIT of its own gives the client at most. The
// shards' connections have it only in statements that one shard answers whole.
inline constexpr uint64_t kNoSelectLimit = UINT64_MAX;
uint64_t SelectLimit(const Session& session);

// The text of a string literal without its quotes; of another literal as it is.
std::string UnquotedLiteral(std::string_view literal);
// ON, OFF and their kin; MySQL's 1231 for anything else.
Result<bool> BooleanOfLiteral(std::string_view name, std::string_view literal);
Status WrongValue(std::string_view name, std::string_view value);

enum class ValueScope : uint8_t { kSession, kGlobal };
// Those that SHOW VARIABLES or SHOW GLOBAL VARIABLES has in its list.
std::vector<std::string_view> GatewayVariableNames(ValueScope scope);

// What SELECT @@name of a gateway variable is, as an SQL literal.
Result<std::string> GatewayVariableLiteral(std::string_view name, const Session& session);
// The same for what stands after @@ in a statement: name, session.name or global.name. MySQL's 1238
// where the variable has no such value.
Result<std::string> VariableReferenceLiteral(std::string_view reference, const Session& session);
// The same as SHOW VARIABLES has it: ON and OFF, strings without quotes.
std::string GatewayVariableText(std::string_view name, const Session& session,
                                ValueScope scope = ValueScope::kSession);
// The number that such a variable is now; 0 when it is none.
uint64_t GatewayVariableNumber(std::string_view name, const Session& session);

}  // namespace keyspan::vtgate
