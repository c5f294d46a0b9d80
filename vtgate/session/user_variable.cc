#include "vtgate/session/user_variable.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/utf8.h"
#include "mysql/types/collation.h"
#include "parser/printer.h"
#include "rpc/tablet_messages.pb.h"

namespace keyspan::vtgate {
namespace {

using Type = UserVariable::Type;

// Characters that stand for themselves in a literal, whatever the client's character set.
bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '\'' && c != '\\'; });
}

std::string BytesLiteral(std::string_view charset, std::string_view bytes) {
  if (IsPlain(bytes)) return fmt::format("_{} '{}'", charset, bytes);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out = fmt::format("_{} x'", charset);
  out.reserve(out.size() + bytes.size() * 2 + 1);
  for (unsigned char c : bytes) {
    out += kDigits[c >> 4];
    out += kDigits[c & 15];
  }
  out += '\'';
  return out;
}

// `text`, an expression of character set `charset`, as text of another collation.
std::string Collated(const std::string& text, std::string_view charset, std::string_view name) {
  const mysql::Collation* collation = mysql::FindCollation(name);
  if (collation == nullptr) return text;
  if (collation->charset == charset) return fmt::format("{} COLLATE {}", text, name);
  return fmt::format("CONVERT({} USING {}) COLLATE {}", text, collation->charset, name);
}

std::string SomeValue(const UserVariable& variable) {
  switch (variable.type) {
    case Type::kSigned:
      return "1";
    case Type::kUnsigned:
      return "CAST(1 AS UNSIGNED)";
    case Type::kDouble:
      return "1e0";
    case Type::kDecimal:
      return "1.0";
    case Type::kBinary:
      return "_binary ''";
    case Type::kText:
      break;
  }
  return Collated("_utf8mb4 ''", "utf8mb4", variable.collation);
}

}  // namespace

std::string UserVariable::Definition() const {
  if (value.is_null()) return SomeValue(*this);
  switch (type) {
    case Type::kUnsigned:
      return fmt::format("CAST({} AS UNSIGNED)", value.ToText());
    case Type::kBinary:
      return BytesLiteral("binary", value.str());
    case Type::kText: {
      const mysql::Charset* charset = mysql::CharsetOfCollation(value.collation());
      const std::string_view name = charset == nullptr ? "utf8mb4" : charset->name;
      return Collated(BytesLiteral(name, value.str()), name, collation);
    }
    default:
      break;
  }
  std::string literal;
  value.AppendSqlLiteral(&literal);
  return literal;
}

bool UserVariable::IsValid() const {
  if (type != Type::kText || value.is_null()) return true;
  const mysql::Charset* charset = mysql::CharsetOfCollation(value.collation());
  if (charset != nullptr && charset->name != "utf8mb4" && charset->name != "utf8mb3") return true;
  // utf8mb3 has no characters of four bytes.
  const bool short_only = collation.starts_with("utf8mb3");
  const bool has_long = std::any_of(value.str().begin(), value.str().end(),
                                    [](char c) { return static_cast<unsigned char>(c) >= 0xf0; });
  return IsUtf8(value.str()) && !(short_only && has_long);
}

UserVariable MakeUserVariable(mysql::Value value, std::string_view collation) {
  using Kind = mysql::Value::Kind;
  switch (value.kind()) {
    case Kind::kInt64:
      return {std::move(value), Type::kSigned};
    case Kind::kUint64:
      return {std::move(value), Type::kUnsigned};
    case Kind::kFloat:
      return {mysql::Value::Double(value.flt()), Type::kDouble};
    case Kind::kDouble:
      return {std::move(value), Type::kDouble};
    case Kind::kDecimal:
      return {std::move(value), Type::kDecimal};
    case Kind::kNull:
      return {mysql::Value(), Type::kBinary};
    case Kind::kString:
      if (value.collation() == mysql::kBinaryCollation) return {std::move(value), Type::kBinary};
      return {std::move(value), Type::kText, std::string(collation)};
    default:
      return {mysql::Value::Text(value.ToText()), Type::kText, std::string(collation)};
  }
}

std::string UserVariableReference(std::string_view name, parser::TextCharset charset) {
  return "@" + parser::QuoteIdent(name, /*force=*/true, charset);
}

std::string EncodeUserVariables(const std::vector<std::string>& names,
                                const UserVariables& variables, parser::TextCharset charset) {
  rpc::UserVariables message;
  for (const std::string& name : names) {
    auto found = variables.find(name);
    if (found == variables.end()) continue;
    rpc::UserVariable* variable = message.add_variables();
    variable->set_name(UserVariableReference(name, charset).substr(1));
    variable->set_value(found->second.Definition());
    variable->set_null(found->second.value.is_null());
  }
  return message.SerializeAsString();
}

}  // namespace keyspan::vtgate
