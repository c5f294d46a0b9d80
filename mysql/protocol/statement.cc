#include "mysql/protocol/statement.h"

#include <fmt/format.h>

#include "mysql/protocol/binary_value.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/row.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr uint8_t kParameterCountAvailable = 8;
constexpr uint16_t kUnsignedParameter = 0x8000;

Status WrongArguments() {
  return Status(StatusCode::kInvalidArgument, 1210, "HY000",
                "Incorrect arguments to mysqld_stmt_execute");
}

bool IsNull(std::string_view bitmap, size_t i) {
  return (static_cast<uint8_t>(bitmap[i / 8]) >> (i % 8)) & 1;
}

bool IsBlobType(FieldType type) {
  return type == FieldType::kTinyBlob || type == FieldType::kMediumBlob ||
         type == FieldType::kLongBlob || type == FieldType::kBlob;
}

ParameterType ReadType(ByteReader* reader) {
  uint16_t encoded = reader->Int16();
  return {static_cast<FieldType>(encoded & 0xff), (encoded & kUnsignedParameter) != 0};
}

uint16_t EncodeType(FieldType type, bool is_unsigned) {
  return static_cast<uint16_t>(static_cast<uint16_t>(type) |
                               (is_unsigned ? kUnsignedParameter : 0));
}

// The type under which a value of ours is sent.
ParameterType TypeOf(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull:
      return {FieldType::kNull, false};
    case Value::Kind::kInt64:
      return {FieldType::kLongLong, false};
    case Value::Kind::kUint64:
      return {FieldType::kLongLong, true};
    case Value::Kind::kDouble:
      return {FieldType::kDouble, false};
    case Value::Kind::kFloat:
      return {FieldType::kFloat, false};
    case Value::Kind::kDecimal:
      return {FieldType::kNewDecimal, false};
    case Value::Kind::kString:
      return {value.collation() == kBinaryCollation ? FieldType::kBlob : FieldType::kVarString,
              false};
    case Value::Kind::kDate:
      return {FieldType::kDate, false};
    case Value::Kind::kDatetime:
      return {FieldType::kDatetime, false};
    case Value::Kind::kTime:
      return {FieldType::kTime, false};
  }
  return {FieldType::kNull, false};
}

// Types (with names when `named`) and values of `count` parameters whose bitmap was read.
Status ReadAttributes(std::string_view bitmap, size_t count, ByteReader* reader,
                      std::vector<QueryAttribute>* attributes) {
  for (size_t i = 0; i < count && !reader->failed(); ++i) {
    QueryAttribute attribute;
    ParameterType type = ReadType(reader);
    attribute.name = reader->LenencString();
    attribute.value.type = type.type;
    attribute.value.is_unsigned = type.is_unsigned;
    attribute.value.is_null = IsNull(bitmap, i);
    attributes->push_back(attribute);
  }
  for (QueryAttribute& attribute : *attributes) {
    if (attribute.value.is_null) continue;
    if (!ReadBinaryRaw(attribute.value.type, reader, &attribute.value.raw)) {
      return Malformed("Malformed communication packet.");
    }
  }
  return reader->failed() ? Malformed("Malformed communication packet.") : Status::Ok();
}

}  // namespace

Result<Value> DecodeParameter(const ParameterView& parameter, uint16_t collation) {
  if (parameter.is_null) return Value::Null();
  return DecodeBinaryValue(parameter.type, parameter.is_unsigned,
                           IsBlobType(parameter.type) ? kBinaryCollation : collation,
                           parameter.raw);
}

Result<QueryRequest> ParseQuery(std::string_view body, uint32_t capabilities) {
  QueryRequest request;
  if (!(capabilities & kClientQueryAttributes)) {
    request.sql = body;
    return request;
  }
  ByteReader reader(body);
  uint64_t count = reader.Lenenc();
  uint64_t sets = reader.Lenenc();
  // Every parameter takes at least two bytes of type, so a count beyond the packet is a lie.
  if (reader.failed() || sets != 1 || count > reader.remaining()) {
    return Malformed("Malformed communication packet.");
  }
  if (count > 0) {
    std::string_view bitmap = reader.Bytes((count + 7) / 8);
    uint8_t bound = reader.Int8();
    if (reader.failed() || bound != 1) return Malformed("Malformed communication packet.");
    RETURN_IF_ERROR(ReadAttributes(bitmap, count, &reader, &request.attributes));
  }
  request.sql = reader.Rest();
  return request;
}

void EncodeQuery(std::string_view sql, uint32_t capabilities, std::string* payload) {
  Append8(payload, static_cast<uint8_t>(CommandType::kQuery));
  if (capabilities & kClientQueryAttributes) {
    Append8(payload, 0);
    Append8(payload, 1);
  }
  payload->append(sql);
}

Result<uint32_t> PeekStatementId(std::string_view body) {
  if (body.size() < 4) {
    return Status(StatusCode::kMalformed, 1835, "HY000", "Malformed communication packet.");
  }
  return Load32(body.data());
}

Result<ExecuteRequest> ParseExecute(std::string_view body, size_t parameter_count,
                                    std::span<const ParameterType> bound_types,
                                    std::span<const std::string* const> long_data,
                                    uint32_t capabilities) {
  ByteReader reader(body);
  ExecuteRequest request;
  request.statement_id = reader.Int32();
  request.flags = reader.Int8();
  reader.Skip(4);  // iteration count, always 1
  if (reader.failed()) return Malformed("Malformed communication packet.");
  bool named = (capabilities & kClientQueryAttributes) != 0;
  bool counted = named && (request.flags & kParameterCountAvailable) != 0;
  if (parameter_count == 0 && !counted) return request;

  uint64_t count = counted ? reader.Lenenc() : parameter_count;
  if (reader.failed() || count < parameter_count) return WrongArguments();
  if (count == 0) return request;
  const char* block_start = reader.position();
  if (count > reader.remaining() * 8) return Malformed("Malformed communication packet.");
  std::string_view bitmap = reader.Bytes((count + 7) / 8);
  uint8_t bound = reader.Int8();
  if (reader.failed() || bound > 1) return Malformed("Malformed communication packet.");
  request.types_sent = bound == 1;
  std::vector<std::string_view> names;
  if (request.types_sent) {
    for (uint64_t i = 0; i < count && !reader.failed(); ++i) {
      request.types.push_back(ReadType(&reader));
      if (!IsBinaryType(request.types.back().type)) {
        return Malformed("Malformed communication packet.");
      }
      names.push_back(named ? reader.LenencString() : std::string_view());
    }
    if (reader.failed()) return Malformed("Malformed communication packet.");
  } else {
    // Attributes cannot come without types; those of parameters are remembered.
    if (bound_types.size() < parameter_count || count != parameter_count) return WrongArguments();
    request.types.assign(bound_types.begin(),
                         bound_types.begin() + static_cast<std::ptrdiff_t>(parameter_count));
  }
  bool has_long_data = false;
  for (size_t i = 0; i < count; ++i) {
    ParameterView view;
    view.type = request.types[i].type;
    view.is_unsigned = request.types[i].is_unsigned;
    view.is_null = IsNull(bitmap, i) || view.type == FieldType::kNull;
    if (i < parameter_count && i < long_data.size() && long_data[i] != nullptr) {
      // Sent ahead; nothing of it is in this packet.
      view.is_null = false;
      view.raw = *long_data[i];
      if (!IsStringType(view.type)) view.type = FieldType::kBlob;
      has_long_data = true;
    } else if (!view.is_null && !ReadBinaryRaw(view.type, &reader, &view.raw)) {
      return Malformed("Malformed communication packet.");
    }
    if (i < parameter_count) {
      request.parameters.push_back(view);
    } else {
      request.attributes.push_back({names[i], view});
    }
  }
  request.types.resize(parameter_count);
  bool as_sent = request.types_sent && !named && !has_long_data;
  if (as_sent) {
    request.block_ = {block_start, static_cast<size_t>(reader.position() - block_start)};
  }
  return request;
}

void ExecuteRequest::AppendBlock(std::string* out) const {
  if (!block_.empty()) {
    out->append(block_);
    return;
  }
  if (parameters.empty()) return;
  size_t bitmap = out->size();
  out->append((parameters.size() + 7) / 8, '\0');
  Append8(out, 1);
  for (const ParameterView& parameter : parameters) {
    Append16(out, EncodeType(parameter.type, parameter.is_unsigned));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ParameterView& parameter = parameters[i];
    if (parameter.is_null) {
      (*out)[bitmap + i / 8] |= static_cast<char>(1 << (i % 8));
    } else if (IsIntegerType(parameter.type) || parameter.type == FieldType::kFloat ||
               parameter.type == FieldType::kDouble) {
      out->append(parameter.raw);
    } else {
      AppendLenencString(out, parameter.raw);  // temporals too: their length fits one byte
    }
  }
}

Status EncodeParameterBlock(std::span<const Value> parameters, std::string* out) {
  if (parameters.empty()) return Status::Ok();
  size_t bitmap = out->size();
  out->append((parameters.size() + 7) / 8, '\0');
  Append8(out, 1);
  for (const Value& value : parameters) {
    ParameterType type = TypeOf(value);
    Append16(out, EncodeType(type.type, type.is_unsigned));
  }
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Value& value = parameters[i];
    ParameterType type = TypeOf(value);
    if (value.is_null()) {
      (*out)[bitmap + i / 8] |= static_cast<char>(1 << (i % 8));
    } else {
      RETURN_IF_ERROR(EncodeBinaryValue(value, type.type, type.is_unsigned, out));
    }
  }
  return Status::Ok();
}

void EncodeExecute(uint32_t statement_id, uint8_t flags, std::string_view block,
                   std::string* payload) {
  Append8(payload, static_cast<uint8_t>(CommandType::kStmtExecute));
  Append32(payload, statement_id);
  Append8(payload, flags & static_cast<uint8_t>(~kParameterCountAvailable));
  Append32(payload, 1);
  payload->append(block);
}

Result<LongData> ParseLongData(std::string_view body) {
  ByteReader reader(body);
  LongData data;
  data.statement_id = reader.Int32();
  data.parameter = reader.Int16();
  if (reader.failed()) return Malformed("Malformed communication packet.");
  data.bytes = reader.Rest();
  return data;
}

Result<PrepareOk> DecodePrepareOk(std::string_view payload) {
  ByteReader reader(payload);
  PrepareOk ok;
  uint8_t header = reader.Int8();
  ok.statement_id = reader.Int32();
  ok.columns = reader.Int16();
  ok.parameters = reader.Int16();
  reader.Skip(1);
  ok.warnings = reader.Int16();
  if (reader.failed() || header != 0) return Malformed("broken reply to COM_STMT_PREPARE");
  return ok;
}

void AppendPrepareReply(uint32_t statement_id, std::span<const Field> parameters,
                        std::span<const Field> columns, uint16_t warnings, uint16_t status,
                        uint32_t capabilities, uint8_t* sequence, OutputBuffer* out) {
  std::string* payload = out->BeginPacket();
  Append8(payload, 0);
  Append32(payload, statement_id);
  Append16(payload, static_cast<uint16_t>(columns.size()));
  Append16(payload, static_cast<uint16_t>(parameters.size()));
  Append8(payload, 0);
  Append16(payload, warnings);
  out->EndPacket(sequence);
  for (std::span<const Field> fields : {parameters, columns}) {
    for (const Field& field : fields) {
      EncodeColumnDefinition(field, out->BeginPacket());
      out->EndPacket(sequence);
    }
    if (!fields.empty() && !(capabilities & kClientDeprecateEof)) {
      EncodeEof({0, status}, out->BeginPacket());
      out->EndPacket(sequence);
    }
  }
}

}  // namespace keyspan::mysql
