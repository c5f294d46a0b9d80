#include "mysql/protocol/row.h"

#include "mysql/protocol/binary_value.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

// The null bitmap of a binary row leaves its first two bits unused.
constexpr size_t kRowBitmapOffset = 2;

size_t RowBitmapSize(size_t columns) { return (columns + 7 + kRowBitmapOffset) / 8; }

bool RowBit(std::string_view bitmap, size_t column) {
  size_t bit = column + kRowBitmapOffset;
  return (static_cast<uint8_t>(bitmap[bit / 8]) >> (bit % 8)) & 1;
}

// Binary temporals carry no number of fraction digits; the column knows it.
Value WithDecimals(Value value, const Field& field) {
  using Kind = Value::Kind;
  if (value.kind() != Kind::kDatetime && value.kind() != Kind::kTime) return value;
  Temporal t = value.temporal();
  t.decimals = field.decimals <= 6 ? field.decimals : t.decimals;
  return value.kind() == Kind::kTime ? Value::Time(t) : Value::Datetime(t);
}

}  // namespace

Status SplitTextRow(std::string_view payload, size_t columns,
                    std::vector<std::optional<std::string_view>>* cells) {
  cells->clear();
  ByteReader reader(payload);
  for (size_t i = 0; i < columns; ++i) {
    std::string_view cell;
    if (reader.LenencStringOrNull(&cell)) {
      cells->emplace_back(cell);
    } else {
      cells->emplace_back(std::nullopt);
    }
    if (reader.failed()) return Malformed("broken text row");
  }
  if (!reader.empty()) return Malformed("text row with more cells than columns");
  return Status::Ok();
}

Status SplitBinaryRow(std::string_view payload, std::span<const Field> fields,
                      std::vector<std::optional<std::string_view>>* cells) {
  cells->clear();
  ByteReader reader(payload);
  if (reader.Int8() != 0) return Malformed("broken binary row");
  std::string_view bitmap = reader.Bytes(RowBitmapSize(fields.size()));
  if (reader.failed()) return Malformed("broken binary row");
  for (size_t i = 0; i < fields.size(); ++i) {
    if (RowBit(bitmap, i)) {
      cells->emplace_back(std::nullopt);
      continue;
    }
    std::string_view raw;
    if (!ReadBinaryRaw(fields[i].type, &reader, &raw)) return Malformed("broken binary row");
    cells->emplace_back(raw);
  }
  if (!reader.empty()) return Malformed("binary row with more cells than columns");
  return Status::Ok();
}

Status DecodeTextRow(std::string_view payload, std::span<const Field> fields, Row* row) {
  row->clear();
  row->reserve(fields.size());
  ByteReader reader(payload);
  for (const Field& field : fields) {
    std::string_view cell;
    bool present = reader.LenencStringOrNull(&cell);
    if (reader.failed()) return Malformed("broken text row");
    if (!present) {
      row->push_back(Value::Null());
      continue;
    }
    ASSIGN_OR_RETURN(Value value, ValueFromText(field, cell));
    row->push_back(std::move(value));
  }
  if (!reader.empty()) return Malformed("text row with more cells than columns");
  return Status::Ok();
}

Status DecodeBinaryRow(std::string_view payload, std::span<const Field> fields, Row* row) {
  row->clear();
  row->reserve(fields.size());
  std::vector<std::optional<std::string_view>> cells;
  RETURN_IF_ERROR(SplitBinaryRow(payload, fields, &cells));
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!cells[i]) {
      row->push_back(Value::Null());
      continue;
    }
    ASSIGN_OR_RETURN(Value value, DecodeBinaryValue(fields[i].type, fields[i].is_unsigned(),
                                                    fields[i].collation, *cells[i]));
    row->push_back(WithDecimals(std::move(value), fields[i]));
  }
  return Status::Ok();
}

void EncodeTextRow(std::span<const Value> row, std::string* payload) {
  std::string text;
  for (const Value& value : row) {
    if (value.is_null()) {
      Append8(payload, 0xfb);
    } else if (value.kind() == Value::Kind::kString || value.kind() == Value::Kind::kDecimal) {
      AppendLenencString(payload, value.str());
    } else {
      text.clear();
      value.AppendText(&text);
      AppendLenencString(payload, text);
    }
  }
}

Status EncodeBinaryRow(std::span<const Value> row, std::span<const Field> fields,
                       std::string* payload) {
  if (row.size() != fields.size()) return InternalError("row and columns differ in number");
  Append8(payload, 0);
  size_t bitmap = payload->size();
  payload->append(RowBitmapSize(row.size()), '\0');
  for (size_t i = 0; i < row.size(); ++i) {
    if (row[i].is_null()) {
      size_t bit = i + kRowBitmapOffset;
      (*payload)[bitmap + bit / 8] |= static_cast<char>(1 << (bit % 8));
    } else {
      RETURN_IF_ERROR(EncodeBinaryValue(row[i], fields[i].type, fields[i].is_unsigned(), payload));
    }
  }
  return Status::Ok();
}

Status ConvertTextRowToBinary(std::string_view payload, std::span<const Field> fields,
                              std::string* binary) {
  Append8(binary, 0);
  size_t bitmap = binary->size();
  binary->append(RowBitmapSize(fields.size()), '\0');
  ByteReader reader(payload);
  for (size_t i = 0; i < fields.size(); ++i) {
    std::string_view cell;
    bool present = reader.LenencStringOrNull(&cell);
    if (reader.failed()) return Malformed("broken text row");
    if (!present) {
      size_t bit = i + kRowBitmapOffset;
      (*binary)[bitmap + bit / 8] |= static_cast<char>(1 << (bit % 8));
    } else if (IsStringType(fields[i].type)) {
      AppendLenencString(binary, cell);
    } else {
      ASSIGN_OR_RETURN(Value value, ValueFromText(fields[i], cell));
      RETURN_IF_ERROR(EncodeBinaryValue(value, fields[i].type, fields[i].is_unsigned(), binary));
    }
  }
  if (!reader.empty()) return Malformed("text row with more cells than columns");
  return Status::Ok();
}

}  // namespace keyspan::mysql
