#include "vtgate/executor/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "common/utf8.h"
#include "mysql/types/collation.h"
#include "mysql/types/value.h"
#include "parser/lexer.h"
#include "vtgate/session/variables.h"

namespace keyspan::vtgate {
namespace {

using parser::LiteralKind;
using sharding::RoutingValue;

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

Result<RoutingValue> TextValue(std::string text, const Session& session) {
  if (!session.charset_is_utf8 && !IsAscii(text)) {
    return Unsupported(
        "routing by text with characters beyond ASCII in a character set other than UTF-8 "
        "(use SET NAMES utf8mb4)");
  }
  return RoutingValue::Text(std::move(text));
}

RoutingValue IntegerValue(std::string_view digits, bool negated) {
  uint64_t magnitude = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return RoutingValue::Decimal((negated ? "-" : "") + std::string(digits));
  }
  if (!negated) {
    if (magnitude <= INT64_MAX) return RoutingValue::Int(static_cast<int64_t>(magnitude));
    return RoutingValue::Uint(magnitude);
  }
  if (magnitude <= static_cast<uint64_t>(INT64_MAX) + 1) {
    return RoutingValue::Int(static_cast<int64_t>(0 - magnitude));
  }
  return RoutingValue::Decimal("-" + std::string(digits));
}

// The digits between the marks of x'..', 0x.., b'..', 0b...
std::string_view RadixDigits(std::string_view text) {
  if (text.size() >= 2 && text[0] == '0') return text.substr(2);
  return text.size() >= 3 ? text.substr(2, text.size() - 3) : std::string_view();
}

std::string DecodeHex(std::string_view text) {
  std::string_view digits = RadixDigits(text);
  std::string bytes;
  // An odd number of digits has a zero in front (MySQL manual, "Hexadecimal Literals").
  size_t pending = digits.size() % 2;
  uint8_t byte = 0;
  for (char c : digits) {
    uint8_t nibble = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    byte = static_cast<uint8_t>(byte << 4 | nibble);
    if (++pending % 2 == 0) bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

std::string DecodeBits(std::string_view text) {
  std::string_view digits = RadixDigits(text);
  std::string bytes((digits.size() + 7) / 8, '\0');
  for (size_t i = 0; i < digits.size(); ++i) {
    size_t bit = digits.size() - 1 - i;
    if (digits[i] == '1') bytes[bytes.size() - 1 - bit / 8] |= static_cast<char>(1 << (bit % 8));
  }
  return bytes;
}

Result<RoutingValue> LiteralValue(const parser::DigestLiteral& literal, bool negated,
                                  const Statement& statement) {
  std::string_view text = statement.sql.substr(literal.offset, literal.length);
  switch (literal.kind) {
    case LiteralKind::kNull:
      return RoutingValue::Null();
    case LiteralKind::kTrue:
      return RoutingValue::Int(negated ? -1 : 1);
    case LiteralKind::kFalse:
      return RoutingValue::Int(0);
    case LiteralKind::kInteger:
      return IntegerValue(text, negated);
    case LiteralKind::kDecimal:
      return RoutingValue::Decimal((negated ? "-" : "") + std::string(text));
    case LiteralKind::kFloat: {
      double value = 0;
      std::from_chars(text.data(), text.data() + text.size(), value);
      return RoutingValue::Double(negated ? -value : value);
    }
    default:
      break;
  }
  if (negated) return Unsupported("routing by a negated string");
  if (literal.kind == LiteralKind::kHex) return RoutingValue::Bits(DecodeHex(text));
  if (literal.kind == LiteralKind::kBit) return RoutingValue::Bits(DecodeBits(text));
  parser::ParseOptions options;
  options.sql_mode = statement.session.sql_mode_bits;
  options.charset = statement.session.charset;
  std::string value = parser::DecodeStrings(text, options);
  switch (literal.kind) {
    case LiteralKind::kDate:
    case LiteralKind::kTime:
    case LiteralKind::kTimestamp:
      return RoutingValue::Temporal(std::move(value));
    default:
      return TextValue(std::move(value), statement.session);
  }
}

// Whether the bytes are UTF-8. Bytes of no character set count as such.
bool IsUnicodeOrAscii(const mysql::Value& value) {
  const mysql::Charset* charset = mysql::CharsetOfCollation(value.collation());
  if (charset == nullptr || charset->name == "binary" || charset->name.starts_with("utf8")) {
    return true;
  }
  const bool wide = charset->name.starts_with("utf") || charset->name == "ucs2";
  return !wide && IsAscii(value.str());
}

Result<RoutingValue> RoutingValueOf(const mysql::Value& value, const Statement& statement) {
  using Kind = mysql::Value::Kind;
  switch (value.kind()) {
    case Kind::kNull:
      return RoutingValue::Null();
    case Kind::kInt64:
      return RoutingValue::Int(value.int64());
    case Kind::kUint64:
      return RoutingValue::Uint(value.uint64());
    case Kind::kDouble:
      return RoutingValue::Double(value.dbl());
    case Kind::kFloat:
      return RoutingValue::Double(value.flt());
    case Kind::kDecimal:
      return RoutingValue::Decimal(value.str());
    case Kind::kString:
      // A parameter of a BLOB type is often text that the client library did not mark as such; it
      // is compared by the column's collation as soon as the column is text.
      if (!IsUnicodeOrAscii(value)) {
        return Unsupported("routing by text of another character set than UTF-8");
      }
      return TextValue(value.str(), statement.session);
    default:
      return RoutingValue::Temporal(value.ToText());
  }
}

// Null for one that has not been set.
const UserVariable* UserVariableOf(uint32_t hole, const Statement& statement) {
  const auto& names = statement.plan->user_variables;
  const auto& variables = statement.session.user_variables;
  auto found = variables.find(names.at(hole - kHoleUserVariableBase));
  return found == variables.end() ? nullptr : &found->second;
}

}  // namespace

Result<mysql::Value> ParameterValue(uint32_t ordinal, const Statement& statement) {
  if (statement.named) {
    if (ordinal >= statement.values.size()) return InternalError("plan parameter out of range");
    return statement.values[ordinal];
  }
  if (ordinal >= statement.parameters.size()) return InternalError("plan parameter out of range");
  const mysql::ParameterView& parameter = statement.parameters[ordinal];
  if (parameter.is_null) return mysql::Value();
  return mysql::DecodeParameter(parameter, mysql::kUtf8mb40900AiCi);
}

Result<RoutingValue> Evaluate(const ValueSource& source, const Statement& statement) {
  switch (source.kind) {
    case ValueSource::Kind::kConstant:
      if (source.constant.kind == RoutingValue::Kind::kText) {
        return TextValue(source.constant.text, statement.session);
      }
      return source.constant;
    case ValueSource::Kind::kLiteral:
      if (source.index >= statement.literals.size()) return InternalError("plan slot out of range");
      return LiteralValue(statement.literals[source.index], source.negated, statement);
    case ValueSource::Kind::kParameter: {
      if (source.negated) return Unsupported("routing by a negated parameter");
      ASSIGN_OR_RETURN(mysql::Value value, ParameterValue(source.index, statement));
      return RoutingValueOf(value, statement);
    }
    case ValueSource::Kind::kHole:
      if (source.index >= kHoleUserVariableBase && source.index < kHoleSystemVariableBase) {
        const UserVariable* variable = UserVariableOf(source.index, statement);
        return variable == nullptr ? RoutingValue::Null()
                                   : RoutingValueOf(variable->value, statement);
      }
      switch (source.index) {
        case kHoleLastInsertId:
          return RoutingValue::Uint(statement.session.last_insert_id);
        case kHoleGeneratedId:
          return RoutingValue::Uint(statement.generated_id);
        case kHoleConnectionId:
          return RoutingValue::Uint(statement.session.connection_id);
        case kHoleFoundRows:
          return RoutingValue::Uint(statement.session.found_rows);
        case kHoleRowCount:
          return RoutingValue::Int(statement.session.row_count);
        default:
          return Unsupported("routing by a session variable or function");
      }
  }
  return InternalError("unknown value source");
}

Result<uint64_t> EvaluateCount(const ValueSource& source, const Statement& statement) {
  ASSIGN_OR_RETURN(RoutingValue value, Evaluate(source, statement));
  if (value.kind == RoutingValue::Kind::kInt && value.int_value >= 0) {
    return static_cast<uint64_t>(value.int_value);
  }
  if (value.kind == RoutingValue::Kind::kUint) return value.uint_value;
  if (source.kind == ValueSource::Kind::kParameter) {
    // Some drivers send all parameters as text: its digits count, -1 is the highest number, and
    // without digits it is 0, as NULL is.
    if (value.kind == RoutingValue::Kind::kNull) return 0;
    if (value.kind == RoutingValue::Kind::kText) {
      return std::strtoull(value.text.c_str(), nullptr, 10);
    }
  }
  return Status::Mysql(1210, "HY000", "Incorrect arguments to LIMIT");
}

namespace {

// As the session itself would write the text: its bytes are in the session's character set, and
// without an introducer they get the collation of the connection, as those of a parameter do.
std::string TextLiteral(std::string_view text, const Session& session) {
  if ((session.sql_mode_bits & parser::kModeNoBackslashEscapes) == 0) {
    return parser::QuoteString(text, session.charset);
  }
  std::string quoted = "'";
  for (char c : text) {
    if (c == '\'') quoted += c;
    quoted += c;
  }
  return quoted + "'";
}

// A parameter as an SQL literal that MySQL reads back as the same value.
Result<std::string> ParameterLiteral(const mysql::ParameterView& parameter,
                                     const Session& session) {
  if (parameter.is_null) return std::string("NULL");
  ASSIGN_OR_RETURN(mysql::Value value, mysql::DecodeParameter(parameter, mysql::kUtf8mb40900AiCi));
  if (value.kind() == mysql::Value::Kind::kString && value.collation() != mysql::kBinaryCollation) {
    return TextLiteral(value.str(), session);
  }
  std::string out;
  value.AppendSqlLiteral(&out);
  return out;
}

// Seconds since 1970: what SET timestamp says, else the clock of this process.
std::string StatementTime(const Session& session) {
  constexpr int64_t kMicroseconds = 1'000'000;
  if (const std::string* set = session.settings.Find("timestamp")) {
    const double seconds = std::strtod(set->c_str(), nullptr);
    if (seconds > 0) return fmt::format("{:.6f}", seconds);
  }
  const int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  return fmt::format("{}.{:06}", now / kMicroseconds, now % kMicroseconds);
}

}  // namespace

std::string LiteralOf(const mysql::Value& value, const Session& session) {
  std::string out;
  value.AppendSqlLiteral(&out);
  if (!out.starts_with("_utf8mb4'")) return out;
  // With an introducer it would have that character set's default collation, which does not mix
  // with the connection's.
  if (session.charset_is_utf8) return TextLiteral(value.str(), session);
  const bool backslash_is_a_letter = (session.sql_mode_bits & parser::kModeNoBackslashEscapes) != 0;
  return backslash_is_a_letter ? "_utf8mb4" + TextLiteral(value.str(), session) : out;
}

Result<std::string> SessionHoleLiteral(uint32_t hole, const Statement& statement) {
  const Session& session = statement.session;
  switch (hole) {
    case kHoleLastInsertId:
      return fmt::format("{}", session.last_insert_id);
    case kHoleConnectionId:
      return fmt::format("{}", session.connection_id);
    case kHoleFoundRows:
      return fmt::format("{}", session.found_rows);
    case kHoleRowCount:
      return fmt::format("{}", session.row_count);
    case kHoleGeneratedId:
      return fmt::format("{}", statement.generated_id);
    case kHoleStatementTime:
      if (statement.time.empty()) statement.time = StatementTime(session);
      return statement.time;
    case kHoleDatabase:
      return session.target.keyspace.empty() ? std::string("NULL")
                                             : TextLiteral(session.target.keyspace, session);
    case kHoleUser:
      return TextLiteral(session.user + "@" + session.host, session);
    case kHoleCurrentUser:
      return TextLiteral(session.user + "@%", session);
    case kHoleVersion:
      return TextLiteral(session.server_version, session);
    default:
      break;
  }
  if (hole >= kHoleSystemVariableBase) {
    size_t index = hole - kHoleSystemVariableBase;
    if (index >= statement.plan->system_variables.size()) return InternalError("variable hole");
    return VariableReferenceLiteral(statement.plan->system_variables[index], session);
  }
  if (hole >= kHoleUserVariableBase) {
    // One that has never been set has no type and no collation to keep.
    if (UserVariableOf(hole, statement) == nullptr) return std::string("NULL");
    const std::string& name = statement.plan->user_variables[hole - kHoleUserVariableBase];
    return UserVariableReference(name, session.charset);
  }
  return InternalError(fmt::format("unknown hole {}", hole));
}

bool PlaceholdersInOrder(const parser::SqlTemplate& sql, uint32_t parameter_count) {
  uint32_t next = 0;
  for (const auto& hole : sql.holes) {
    if (hole.kind != parser::SqlTemplate::HoleKind::kPlaceholder) continue;
    if (hole.index != next++) return false;
  }
  return next == parameter_count;
}

namespace {

Status AppendLimitSum(const Statement& statement, std::string* out) {
  const auto& limit = statement.plan->routed.merge.limit;
  if (!limit) return InternalError("no limit to push");
  ASSIGN_OR_RETURN(uint64_t count, EvaluateCount(limit->count, statement));
  uint64_t offset = 0;
  // LIMIT 0 evaluates nothing, whatever the offset.
  if (limit->offset && count > 0) {
    ASSIGN_OR_RETURN(offset, EvaluateCount(*limit->offset, statement));
  }
  out->append(fmt::format("{}", count > UINT64_MAX - offset ? UINT64_MAX : count + offset));
  return Status::Ok();
}

// As a literal it would become `?` where the other character set lacks a character; what mysqld
// makes of such a parameter is something else.
Status CheckConversion(uint32_t ordinal, const mysql::Value& value, const Statement& statement) {
  const auto& converted = statement.plan->collated_parameters;
  if (std::find(converted.begin(), converted.end(), ordinal) == converted.end()) {
    return Status::Ok();
  }
  const std::string text = value.is_null() ? "" : value.ToText();
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  if (ascii) return Status::Ok();
  return Unsupported(
      "not supported yet: EXECUTE ... USING other than ASCII text under COLLATE of another "
      "character set than UTF-8");
}

// As mysqld takes a user variable of EXECUTE ... USING: strings, binary ones among them, become
// text of the connection's character set and collation.
Result<std::string> ArgumentLiteral(const mysql::Value& value, const Session& session) {
  if (value.kind() != mysql::Value::Kind::kString || !session.charset_is_utf8) {
    return LiteralOf(value, session);
  }
  if (!IsUnicodeOrAscii(value)) {
    return Unsupported(
        "not supported yet: EXECUTE ... USING other than ASCII text of another character set than "
        "UTF-8 (use CONVERT(... USING utf8mb4))");
  }
  return IsUtf8(value.str()) ? TextLiteral(value.str(), session) : LiteralOf(value, session);
}

Status AppendHole(const parser::SqlTemplate::HoleRef& hole, const Statement& statement,
                  bool keep_placeholders, std::string* out) {
  switch (hole.kind) {
    case parser::SqlTemplate::HoleKind::kLiteral: {
      if (hole.index >= statement.literals.size()) return InternalError("template slot");
      const auto& literal = statement.literals[hole.index];
      out->append(statement.sql.substr(literal.offset, literal.length));
      return Status::Ok();
    }
    case parser::SqlTemplate::HoleKind::kPlaceholder: {
      if (keep_placeholders) {
        out->push_back('?');
        return Status::Ok();
      }
      if (statement.named) {
        ASSIGN_OR_RETURN(mysql::Value value, ParameterValue(hole.index, statement));
        RETURN_IF_ERROR(CheckConversion(hole.index, value, statement));
        ASSIGN_OR_RETURN(std::string text, ArgumentLiteral(value, statement.session));
        out->append(text);
        return Status::Ok();
      }
      if (hole.index >= statement.parameters.size()) return InternalError("template parameter");
      ASSIGN_OR_RETURN(std::string text,
                       ParameterLiteral(statement.parameters[hole.index], statement.session));
      out->append(text);
      return Status::Ok();
    }
    case parser::SqlTemplate::HoleKind::kCustom: {
      if (hole.index == kHoleLimitSum) return AppendLimitSum(statement, out);
      ASSIGN_OR_RETURN(std::string text, SessionHoleLiteral(hole.index, statement));
      out->append(text);
      return Status::Ok();
    }
  }
  return InternalError("unknown hole kind");
}

Result<std::string> RenderTemplate(const parser::SqlTemplate& sql, const Statement& statement,
                                   bool keep_placeholders) {
  std::string out;
  out.reserve(statement.sql.size() + 64);
  for (size_t i = 0; i < sql.texts.size(); ++i) {
    out += sql.texts[i];
    if (i < sql.holes.size()) {
      RETURN_IF_ERROR(AppendHole(sql.holes[i], statement, keep_placeholders, &out));
    }
  }
  return out;
}

bool IsNotFinite(const mysql::ParameterView& parameter) {
  if (parameter.is_null) return false;
  if (parameter.type == mysql::FieldType::kDouble && parameter.raw.size() == sizeof(double)) {
    double value = 0;
    std::memcpy(&value, parameter.raw.data(), sizeof(value));
    return !std::isfinite(value);
  }
  if (parameter.type == mysql::FieldType::kFloat && parameter.raw.size() == sizeof(float)) {
    float value = 0;
    std::memcpy(&value, parameter.raw.data(), sizeof(value));
    return !std::isfinite(value);
  }
  return false;
}

}  // namespace

bool ShardText::Keeps(uint32_t ordinal) const {
  if (!statement_.binary || ordinal >= statement_.parameters.size()) return false;
  if (keep_ == KeepParameters::kAll) return true;
  const auto& collated = statement_.plan->collated_parameters;
  return std::find(collated.begin(), collated.end(), ordinal) != collated.end() ||
         IsNotFinite(statement_.parameters[ordinal]);
}

Status ShardText::Append(const parser::SqlTemplate& sql) {
  for (size_t i = 0; i < sql.texts.size(); ++i) {
    sql_ += sql.texts[i];
    if (i >= sql.holes.size()) continue;
    const auto& hole = sql.holes[i];
    const bool keep = hole.kind == parser::SqlTemplate::HoleKind::kPlaceholder && Keeps(hole.index);
    if (keep) kept_.push_back(statement_.parameters[hole.index]);
    RETURN_IF_ERROR(AppendHole(hole, statement_, keep, &sql_));
  }
  return Status::Ok();
}

std::string ShardText::Params() const {
  mysql::ExecuteRequest request;
  request.parameters = kept_;
  std::string block;
  request.AppendBlock(&block);
  return block;
}

Result<std::string> Render(const parser::SqlTemplate& sql, const Statement& statement) {
  return RenderTemplate(sql, statement, false);
}

Result<std::string> RenderKeepingPlaceholders(const parser::SqlTemplate& sql,
                                              const Statement& statement) {
  return RenderTemplate(sql, statement, true);
}

}  // namespace keyspan::vtgate
