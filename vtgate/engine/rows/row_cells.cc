#include "vtgate/engine/rows/row_cells.h"

#include "mysql/protocol/wire.h"

namespace keyspan::vtgate {
namespace {

using mysql::FieldType;

constexpr uint8_t kLenenc = 0xff;
constexpr uint8_t kShortLength = 0xfe;
constexpr uint8_t kAlwaysNull = 0xfd;
constexpr size_t kBitmapOffset = 2;  // the first two bits of a binary row's NULL bitmap are unused

uint8_t BinaryEncoding(FieldType type) {
  switch (type) {
    case FieldType::kTiny:
      return 1;
    case FieldType::kShort:
    case FieldType::kYear:
      return 2;
    case FieldType::kLong:
    case FieldType::kInt24:
    case FieldType::kFloat:
      return 4;
    case FieldType::kLongLong:
    case FieldType::kDouble:
      return 8;
    case FieldType::kDate:
    case FieldType::kDatetime:
    case FieldType::kTimestamp:
    case FieldType::kTime:
      return kShortLength;
    case FieldType::kNull:
      return kAlwaysNull;
    default:
      return kLenenc;
  }
}

size_t BitmapSize(size_t columns) { return (columns + 7 + kBitmapOffset) / 8; }

Status TooShort() { return Malformed("a row ends before its last column"); }

// Reads a length-encoded integer at *p; false when the bytes do not suffice or it is none.
inline bool ReadLenenc(const char** p, const char* end, uint64_t* value) {
  if (*p == end) return false;
  const uint8_t first = static_cast<uint8_t>(*(*p)++);
  if (first < 0xfb) {
    *value = first;
    return true;
  }
  const size_t size = first == 0xfc ? 2 : first == 0xfd ? 3 : first == 0xfe ? 8 : 0;
  if (size == 0 || static_cast<size_t>(end - *p) < size) return false;
  *value = size == 2 ? mysql::Load16(*p) : size == 3 ? mysql::Load24(*p) : mysql::Load64(*p);
  *p += size;
  return true;
}

}  // namespace

void RowCells::Init(std::span<const mysql::Field> fields, RowFormat format) {
  format_ = format;
  encodings_.clear();
  for (const mysql::Field& field : fields) {
    encodings_.push_back(format == RowFormat::kText ? kLenenc : BinaryEncoding(field.type));
  }
  cells_.assign(fields.size(), Cell());
}

Status RowCells::Split(std::string_view row, size_t count) {
  const char* p = row.data();
  const char* const end = p + row.size();
  const bool binary = format_ == RowFormat::kBinary;
  const char* bitmap = p + 1;
  if (binary) {
    const size_t head = 1 + BitmapSize(size());
    if (row.size() < head || *p != 0) return TooShort();
    p += head;
  }
  for (size_t i = 0; i < count; ++i) {
    Cell& cell = cells_[i];
    cell.null = false;
    uint64_t length = encodings_[i];
    if (binary) {
      const size_t bit = i + kBitmapOffset;
      if ((bitmap[bit / 8] >> (bit % 8) & 1) || length == kAlwaysNull) {
        cell = Cell();
        continue;
      }
      if (length == kShortLength) {
        if (p == end) return TooShort();
        length = static_cast<uint8_t>(*p++);
      } else if (length == kLenenc && !ReadLenenc(&p, end, &length)) {
        return TooShort();
      }
    } else {
      if (p != end && static_cast<uint8_t>(*p) == 0xfb) {
        ++p;
        cell = Cell();
        continue;
      }
      if (!ReadLenenc(&p, end, &length)) return TooShort();
    }
    if (static_cast<uint64_t>(end - p) < length) return TooShort();
    cell.bytes = {p, length};
    p += length;
  }
  split_end_ = static_cast<size_t>(p - row.data());
  return Status::Ok();
}

void RowCells::Join(std::span<const Cell> cells, std::string* row) const {
  const bool binary = format_ == RowFormat::kBinary;
  const size_t bitmap = row->size() + 1;
  if (binary) row->append(1 + BitmapSize(cells.size()), '\0');
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].null) {
      if (binary) {
        const size_t bit = i + kBitmapOffset;
        (*row)[bitmap + bit / 8] |= static_cast<char>(1 << (bit % 8));
      } else {
        row->push_back(static_cast<char>(0xfb));
      }
      continue;
    }
    if (encodings_[i] == kLenenc) {
      mysql::AppendLenenc(row, cells[i].bytes.size());
    } else if (encodings_[i] == kShortLength) {
      row->push_back(static_cast<char>(cells[i].bytes.size()));
    }
    row->append(cells[i].bytes);
  }
}

}  // namespace keyspan::vtgate
