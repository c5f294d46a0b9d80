#include "mysql/types/value.h"

#include <fmt/format.h>

#include <charconv>

#include "mysql/types/collation.h"

namespace keyspan::mysql {
namespace {

void AppendTemporalTime(const Temporal& t, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{:02}:{:02}:{:02}", t.hour, t.minute, t.second);
  int digits = t.decimals > 6 ? 6 : t.decimals;
  if (digits == 0) return;
  std::string fraction = fmt::format("{:06}", t.microsecond);
  out->push_back('.');
  out->append(fraction, 0, static_cast<size_t>(digits));
}

void AppendTemporalDate(const Temporal& t, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{:04}-{:02}-{:02}", t.year, t.month, t.day);
}

void AppendHex(std::string_view bytes, std::string* out) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned char c : bytes) {
    out->push_back(kDigits[c >> 4]);
    out->push_back(kDigits[c & 15]);
  }
}

template <typename T>
Result<Value> Number(std::string_view text, Value (*make)(T)) {
  T v{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Malformed(fmt::format("'{}' is not a number of its column's type", text));
  }
  return make(v);
}

}  // namespace

Value Value::Text(std::string text, uint16_t collation) {
  Value value(Kind::kString, std::move(text));
  value.collation_ = collation;
  return value;
}

void Value::AppendText(std::string* out) const {
  switch (kind_) {
    case Kind::kNull:
      return;
    case Kind::kInt64:
      fmt::format_to(std::back_inserter(*out), "{}", int64());
      return;
    case Kind::kUint64:
      fmt::format_to(std::back_inserter(*out), "{}", uint64());
      return;
    case Kind::kDouble:
      return AppendDouble(dbl(), out);
    case Kind::kFloat:
      return AppendFloat(flt(), out);
    case Kind::kDecimal:
    case Kind::kString:
      out->append(str());
      return;
    case Kind::kDate:
      return AppendTemporalDate(temporal(), out);
    case Kind::kDatetime:
      AppendTemporalDate(temporal(), out);
      out->push_back(' ');
      return AppendTemporalTime(temporal(), out);
    case Kind::kTime:
      if (temporal().negative) out->push_back('-');
      return AppendTemporalTime(temporal(), out);
  }
}

std::string Value::ToText() const {
  if (is_null()) return "NULL";
  std::string text;
  AppendText(&text);
  return text;
}

void Value::AppendSqlLiteral(std::string* out) const {
  switch (kind_) {
    case Kind::kNull:
      out->append("NULL");
      return;
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kDecimal:
      return AppendText(out);
    case Kind::kDouble:
    case Kind::kFloat: {
      // An exponent makes it a DOUBLE literal; without one it would be a DECIMAL.
      std::string text = ToText();
      out->append(text);
      if (text.find('e') == std::string::npos) out->append("e0");
      return;
    }
    case Kind::kString: {
      if (collation_ == kBinaryCollation) {
        // Without the introducer it would be a number where one is asked for.
        out->append(str().empty() ? "_binary'" : "_binary x'");
        AppendHex(str(), out);
        out->push_back('\'');
        return;
      }
      const Charset* charset = CharsetOfCollation(collation_);
      // In other character sets a byte 0x5c may be half of a character, so quoting is not safe.
      if (charset == nullptr || charset->name == "utf8mb4" || charset->name == "utf8mb3" ||
          charset->name == "ascii") {
        out->append("_utf8mb4");
        AppendQuoted(str(), out);
      } else if (str().empty()) {
        out->append(fmt::format("_{}''", charset->name));
      } else {
        out->append(fmt::format("_{} x'", charset->name));
        AppendHex(str(), out);
        out->push_back('\'');
      }
      return;
    }
    case Kind::kDate:
    case Kind::kDatetime:
    case Kind::kTime:
      out->append(kind_ == Kind::kDate ? "DATE'" : kind_ == Kind::kTime ? "TIME'" : "TIMESTAMP'");
      AppendText(out);
      out->push_back('\'');
      return;
  }
}

Result<Value> ValueFromText(const Field& field, std::string_view text) {
  switch (field.type) {
    case FieldType::kTiny:
    case FieldType::kShort:
    case FieldType::kInt24:
    case FieldType::kLong:
    case FieldType::kLongLong:
      return field.is_unsigned() ? Number<uint64_t>(text, &Value::Uint)
                                 : Number<int64_t>(text, &Value::Int);
    case FieldType::kYear:
      return Number<uint64_t>(text, &Value::Uint);
    case FieldType::kFloat:
      return Number<float>(text, &Value::Float);
    case FieldType::kDouble:
      return Number<double>(text, &Value::Double);
    case FieldType::kDecimal:
    case FieldType::kNewDecimal:
      return Value::Decimal(std::string(text));
    case FieldType::kNull:
      return Value::Null();
    case FieldType::kDate: {
      ASSIGN_OR_RETURN(Temporal t, ParseDate(text));
      return Value::Date(t);
    }
    case FieldType::kTimestamp:
    case FieldType::kDatetime: {
      ASSIGN_OR_RETURN(Temporal t, ParseDatetime(text));
      return Value::Datetime(t);
    }
    case FieldType::kTime: {
      ASSIGN_OR_RETURN(Temporal t, ParseTime(text));
      return Value::Time(t);
    }
    default:
      return Value::Text(std::string(text), field.collation);
  }
}

void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('\'');
  for (char c : text) {
    switch (c) {
      case '\0':
        out->append("\\0");
        break;
      case '\n':
        out->append("\\n");
        break;
      case '\r':
        out->append("\\r");
        break;
      case '\x1a':
        out->append("\\Z");
        break;
      case '\'':
      case '"':
      case '\\':
        out->push_back('\\');
        out->push_back(c);
        break;
      default:
        out->push_back(c);
    }
  }
  out->push_back('\'');
}

void AppendIdentifier(std::string_view identifier, std::string* out) {
  out->push_back('`');
  for (char c : identifier) {
    if (c == '`') out->push_back('`');
    out->push_back(c);
  }
  out->push_back('`');
}

}  // namespace keyspan::mysql
