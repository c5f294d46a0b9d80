#include "mysql/protocol/binary_value.h"

#include <fmt/format.h>

#include <limits>

#include "mysql/protocol/row.h"

namespace keyspan::mysql {
namespace {

// Bytes of a fixed-size type, 0 for the others.
size_t FixedSize(FieldType type) {
  switch (type) {
    case FieldType::kTiny:
      return 1;
    case FieldType::kShort:
    case FieldType::kYear:
      return 2;
    case FieldType::kInt24:
    case FieldType::kLong:
    case FieldType::kFloat:
      return 4;
    case FieldType::kLongLong:
    case FieldType::kDouble:
      return 8;
    default:
      return 0;
  }
}

bool IsLengthEncoded(FieldType type) {
  switch (type) {
    case FieldType::kDecimal:
    case FieldType::kVarchar:
    case FieldType::kBit:
    case FieldType::kVector:
    case FieldType::kJson:
    case FieldType::kNewDecimal:
    case FieldType::kEnum:
    case FieldType::kSet:
    case FieldType::kTinyBlob:
    case FieldType::kMediumBlob:
    case FieldType::kLongBlob:
    case FieldType::kBlob:
    case FieldType::kVarString:
    case FieldType::kString:
    case FieldType::kGeometry:
      return true;
    default:
      return false;
  }
}

bool IsDateType(FieldType type) {
  return type == FieldType::kDate || type == FieldType::kDatetime || type == FieldType::kTimestamp;
}

template <typename T>
T LoadAs(std::string_view raw) {
  T v;
  std::memcpy(&v, raw.data(), sizeof(v));
  return v;
}

uint64_t LoadUnsigned(std::string_view raw) {
  uint64_t v = 0;
  std::memcpy(&v, raw.data(), raw.size());
  return v;
}

int64_t LoadSigned(std::string_view raw) {
  switch (raw.size()) {
    case 1:
      return LoadAs<int8_t>(raw);
    case 2:
      return LoadAs<int16_t>(raw);
    case 4:
      return LoadAs<int32_t>(raw);
    default:
      return LoadAs<int64_t>(raw);
  }
}

Temporal DecodeDateParts(std::string_view raw) {
  ByteReader reader(raw);
  Temporal t;
  if (raw.size() >= 4) {
    t.year = reader.Int16();
    t.month = reader.Int8();
    t.day = reader.Int8();
  }
  if (raw.size() >= 7) {
    t.hour = reader.Int8();
    t.minute = reader.Int8();
    t.second = reader.Int8();
  }
  if (raw.size() >= 11) {
    t.microsecond = reader.Int32();
    t.decimals = 6;
  }
  return t;
}

Temporal DecodeTimeParts(std::string_view raw) {
  ByteReader reader(raw);
  Temporal t;
  if (raw.size() >= 8) {
    t.negative = reader.Int8() != 0;
    uint32_t days = reader.Int32();
    t.hour = static_cast<uint16_t>(days * 24 + reader.Int8());
    t.minute = reader.Int8();
    t.second = reader.Int8();
  }
  if (raw.size() >= 12) {
    t.microsecond = reader.Int32();
    t.decimals = 6;
  }
  return t;
}

bool ValidTemporal(const Temporal& t, uint16_t max_hour) {
  return t.year <= 9999 && t.month <= 12 && t.day <= 31 && t.hour <= max_hour && t.minute <= 59 &&
         t.second <= 59 && t.microsecond <= 999999;
}

void EncodeDateParts(const Temporal& t, bool with_time, std::string* out) {
  bool clock = with_time && (t.hour || t.minute || t.second || t.microsecond);
  bool fraction = with_time && t.microsecond != 0;
  if (!clock && !t.year && !t.month && !t.day) return Append8(out, 0);
  Append8(out, fraction ? 11 : clock ? 7 : 4);
  Append16(out, t.year);
  Append8(out, t.month);
  Append8(out, t.day);
  if (!clock) return;
  Append8(out, static_cast<uint8_t>(t.hour));
  Append8(out, t.minute);
  Append8(out, t.second);
  if (fraction) Append32(out, t.microsecond);
}

void EncodeTimeParts(const Temporal& t, std::string* out) {
  if (!t.hour && !t.minute && !t.second && !t.microsecond) return Append8(out, 0);
  Append8(out, t.microsecond ? 12 : 8);
  Append8(out, t.negative ? 1 : 0);
  Append32(out, t.hour / 24);
  Append8(out, static_cast<uint8_t>(t.hour % 24));
  Append8(out, t.minute);
  Append8(out, t.second);
  if (t.microsecond) Append32(out, t.microsecond);
}

Status OutOfRange(const Value& value) {
  return Status(StatusCode::kInvalidArgument, 1690, "22003",
                fmt::format("value {} is out of range for its column", value.ToText()));
}

Status EncodeInteger(const Value& value, FieldType type, bool is_unsigned, std::string* out) {
  size_t size = FixedSize(type);
  unsigned bits = static_cast<unsigned>(size) * 8;
  if (type == FieldType::kInt24) bits = 24;
  uint64_t encoded = 0;
  if (is_unsigned) {
    if (value.kind() == Value::Kind::kInt64 && value.int64() < 0) return OutOfRange(value);
    encoded =
        value.kind() == Value::Kind::kInt64 ? static_cast<uint64_t>(value.int64()) : value.uint64();
    if (bits < 64 && (encoded >> bits) != 0) return OutOfRange(value);
  } else {
    if (value.kind() == Value::Kind::kUint64 &&
        value.uint64() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return OutOfRange(value);
    }
    int64_t v =
        value.kind() == Value::Kind::kInt64 ? value.int64() : static_cast<int64_t>(value.uint64());
    int64_t limit = bits < 64 ? int64_t{1} << (bits - 1) : 0;
    if (bits < 64 && (v < -limit || v >= limit)) return OutOfRange(value);
    encoded = static_cast<uint64_t>(v);
  }
  out->append(reinterpret_cast<const char*>(&encoded), size);
  return Status::Ok();
}

// `value` as one of the kinds that `type` is encoded from, by way of its text.
Result<Value> Convert(const Value& value, FieldType type, bool is_unsigned) {
  Field field;
  field.type = type;
  field.flags = is_unsigned ? kUnsignedFlag : 0;
  field.collation = kUtf8mb40900AiCi;
  return ValueFromText(field, value.ToText());
}

}  // namespace

bool ReadBinaryRaw(FieldType type, ByteReader* reader, std::string_view* raw) {
  if (size_t size = FixedSize(type)) {
    *raw = reader->Bytes(size);
    return !reader->failed();
  }
  switch (type) {
    case FieldType::kNull:
      *raw = {};
      return true;
    case FieldType::kDate:
    case FieldType::kDatetime:
    case FieldType::kTimestamp:
    case FieldType::kTime: {
      size_t size = reader->Int8();
      bool is_time = type == FieldType::kTime;
      *raw = reader->Bytes(size);
      if (reader->failed()) return false;
      if (is_time) return size == 0 || size == 8 || size == 12;
      return size == 0 || size == 4 || size == 7 || size == 11;
    }
    default:
      if (!IsLengthEncoded(type)) return false;
      *raw = reader->LenencString();
      return !reader->failed();
  }
}

bool IsBinaryType(FieldType type) {
  return FixedSize(type) != 0 || type == FieldType::kNull || IsDateType(type) ||
         type == FieldType::kTime || IsLengthEncoded(type);
}

Result<Value> DecodeBinaryValue(FieldType type, bool is_unsigned, uint16_t collation,
                                std::string_view raw) {
  if (size_t size = FixedSize(type); size != 0 && raw.size() != size) {
    return Malformed("binary value of a wrong size");
  }
  if (IsIntegerType(type)) {
    return is_unsigned || type == FieldType::kYear ? Value::Uint(LoadUnsigned(raw))
                                                   : Value::Int(LoadSigned(raw));
  }
  if (type == FieldType::kFloat) return Value::Float(LoadAs<float>(raw));
  if (type == FieldType::kDouble) return Value::Double(LoadAs<double>(raw));
  if (type == FieldType::kNull) return Value::Null();
  if (IsDateType(type)) {
    Temporal t = DecodeDateParts(raw);
    if (!ValidTemporal(t, 23)) return Malformed("impossible date in binary form");
    return type == FieldType::kDate ? Value::Date(t) : Value::Datetime(t);
  }
  if (type == FieldType::kTime) {
    Temporal t = DecodeTimeParts(raw);
    if (!ValidTemporal(t, 65535)) return Malformed("impossible time in binary form");
    return Value::Time(t);
  }
  if (type == FieldType::kDecimal || type == FieldType::kNewDecimal) {
    return Value::Decimal(std::string(raw));
  }
  return Value::Text(std::string(raw), collation);
}

Status EncodeBinaryValue(const Value& value, FieldType type, bool is_unsigned, std::string* out) {
  using Kind = Value::Kind;
  Kind kind = value.kind();
  if (IsIntegerType(type)) {
    if (type == FieldType::kYear) is_unsigned = true;
    if (kind == Kind::kInt64 || kind == Kind::kUint64) {
      return EncodeInteger(value, type, is_unsigned, out);
    }
    ASSIGN_OR_RETURN(Value converted, Convert(value, type, is_unsigned));
    return EncodeInteger(converted, type, is_unsigned, out);
  }
  switch (type) {
    case FieldType::kNull:
      return Status::Ok();
    case FieldType::kFloat:
    case FieldType::kDouble: {
      double v = 0;
      if (kind == Kind::kFloat) {
        v = value.flt();
      } else if (kind == Kind::kDouble) {
        v = value.dbl();
      } else {
        ASSIGN_OR_RETURN(Value converted, Convert(value, FieldType::kDouble, false));
        v = converted.dbl();
      }
      auto f = static_cast<float>(v);
      if (type == FieldType::kFloat) {
        out->append(reinterpret_cast<const char*>(&f), sizeof(f));
      } else {
        out->append(reinterpret_cast<const char*>(&v), sizeof(v));
      }
      return Status::Ok();
    }
    case FieldType::kDate:
    case FieldType::kDatetime:
    case FieldType::kTimestamp: {
      Temporal t;
      if (kind == Kind::kDate || kind == Kind::kDatetime) {
        t = value.temporal();
      } else {
        ASSIGN_OR_RETURN(t, ParseDatetime(value.ToText()));
      }
      EncodeDateParts(t, type != FieldType::kDate, out);
      return Status::Ok();
    }
    case FieldType::kTime: {
      Temporal t;
      if (kind == Kind::kTime) {
        t = value.temporal();
      } else {
        ASSIGN_OR_RETURN(t, ParseTime(value.ToText()));
      }
      EncodeTimeParts(t, out);
      return Status::Ok();
    }
    default:
      break;
  }
  if (kind == Kind::kString || kind == Kind::kDecimal) {
    AppendLenencString(out, value.str());
  } else {
    AppendLenencString(out, value.ToText());
  }
  return Status::Ok();
}

}  // namespace keyspan::mysql
