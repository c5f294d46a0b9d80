#pragma once

#include <string>
#include <utility>
#include <vector>

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

enum class KeepParameters : uint8_t {
  kAll,
  // Those that no literal stands for: infinity, NaN, and what stands under COLLATE, where a
  // parameter takes the collation's character set and a literal has one already.
  kNotLiteral,
};

// Puts a statement for a shard together. In a prepared statement parameters stay `?`, in whatever
// order and number; otherwise they are literals.
class ShardText {
 public:
  ShardText(const Statement& statement, KeepParameters keep) : statement_(statement), keep_(keep) {}

  Status Append(const parser::SqlTemplate& sql);
  void Append(std::string_view sql) { sql_ += sql; }
  bool empty() const { return sql_.empty(); }
  std::string TakeSql() { return std::move(sql_); }
  // The parameters that stayed, in the form that a tablet takes.
  std::string Params() const;

 private:
  bool Keeps(uint32_t ordinal) const;

  const Statement& statement_;
  KeepParameters keep_;
  std::string sql_;
  std::vector<mysql::ParameterView> kept_;
};

bool PlaceholdersInOrder(const parser::SqlTemplate& sql, uint32_t parameter_count);

// The session's value for a hole as an SQL literal. Used for templates and by SELECT @@x.
Result<std::string> SessionHoleLiteral(uint32_t hole, const Statement& statement);

// A value as an SQL expression that MySQL reads back as the same value under the session's
// sql_mode.
std::string LiteralOf(const mysql::Value& value, const Session& session);

}  // namespace keyspan::vtgate
