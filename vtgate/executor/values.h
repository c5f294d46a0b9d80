#pragma once

#include <string>

#include "vtgate/executor/statement.h"

namespace keyspan::vtgate {

// The value of a source as a vindex can be asked for it. kUnsupported when the gateway cannot know
// it: text in a character set other than UTF-8 with characters beyond ASCII.
Result<sharding::RoutingValue> Evaluate(const ValueSource& source, const Statement& statement);

// The value of the `?` with this ordinal.
Result<mysql::Value> ParameterValue(uint32_t ordinal, const Statement& statement);

// The value of a source as a non-negative number: LIMIT and its offset, sequence counts. Fails as
// MySQL does (1064-class text) when it is something else.
Result<uint64_t> EvaluateCount(const ValueSource& source, const Statement& statement);

// The template with every hole filled: literals by their source text, parameters and session values
// as SQL literals.
Result<std::string> Render(const parser::SqlTemplate& sql, const Statement& statement);
// As Render, but placeholders stay `?`. Requires: they occur in the order of their ordinals, each
// once, so that the client's parameter block fits.
Result<std::string> RenderKeepingPlaceholders(const parser::SqlTemplate& sql,
                                              const Statement& statement);
bool PlaceholdersInOrder(const parser::SqlTemplate& sql, uint32_t parameter_count);

// The session's value for a hole as an SQL literal. Used for templates and by SELECT @@x.
Result<std::string> SessionHoleLiteral(uint32_t hole, const Statement& statement);

// A value as an SQL expression that MySQL reads back as the same value under the session's
// sql_mode.
std::string LiteralOf(const mysql::Value& value, const Session& session);

}  // namespace keyspan::vtgate
