#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sharding/collations/collation.h"
#include "sharding/column_value.h"

namespace keyspan::sharding {
namespace {

using mysql::FieldType;

enum class Family : uint8_t { kPlain, kInteger, kText, kBinary };

struct NamedType {
  std::string_view name;
  FieldType type;
  Family family;
};

// The type names of COLUMN_TYPE. TEXT and BLOB have the same field types; the family tells them
// apart.
constexpr NamedType kMysqlTypes[] = {
    {"tinyint", FieldType::kTiny, Family::kInteger},
    {"smallint", FieldType::kShort, Family::kInteger},
    {"mediumint", FieldType::kInt24, Family::kInteger},
    {"int", FieldType::kLong, Family::kInteger},
    {"bigint", FieldType::kLongLong, Family::kInteger},
    {"year", FieldType::kYear, Family::kInteger},
    {"decimal", FieldType::kNewDecimal, Family::kPlain},
    {"float", FieldType::kFloat, Family::kPlain},
    {"double", FieldType::kDouble, Family::kPlain},
    {"bit", FieldType::kBit, Family::kPlain},
    {"date", FieldType::kDate, Family::kPlain},
    {"time", FieldType::kTime, Family::kPlain},
    {"datetime", FieldType::kDatetime, Family::kPlain},
    {"timestamp", FieldType::kTimestamp, Family::kPlain},
    {"char", FieldType::kString, Family::kText},
    {"varchar", FieldType::kVarString, Family::kText},
    {"tinytext", FieldType::kTinyBlob, Family::kText},
    {"text", FieldType::kBlob, Family::kText},
    {"mediumtext", FieldType::kMediumBlob, Family::kText},
    {"longtext", FieldType::kLongBlob, Family::kText},
    {"binary", FieldType::kString, Family::kBinary},
    {"varbinary", FieldType::kVarString, Family::kBinary},
    {"tinyblob", FieldType::kTinyBlob, Family::kBinary},
    {"blob", FieldType::kBlob, Family::kBinary},
    {"mediumblob", FieldType::kMediumBlob, Family::kBinary},
    {"longblob", FieldType::kLongBlob, Family::kBinary},
    {"enum", FieldType::kEnum, Family::kPlain},
    {"set", FieldType::kSet, Family::kPlain},
    {"json", FieldType::kJson, Family::kPlain},
    {"vector", FieldType::kVector, Family::kPlain},
    {"geometry", FieldType::kGeometry, Family::kPlain},
    {"point", FieldType::kGeometry, Family::kPlain},
    {"linestring", FieldType::kGeometry, Family::kPlain},
    {"polygon", FieldType::kGeometry, Family::kPlain},
    {"multipoint", FieldType::kGeometry, Family::kPlain},
    {"multilinestring", FieldType::kGeometry, Family::kPlain},
    {"multipolygon", FieldType::kGeometry, Family::kPlain},
    {"geomcollection", FieldType::kGeometry, Family::kPlain},
    {"geometrycollection", FieldType::kGeometry, Family::kPlain},
};

struct VSchemaType {
  std::string_view name;
  std::string_view mysql_type;
};

constexpr VSchemaType kVSchemaTypes[] = {
    {"INT8", "tinyint"},
    {"UINT8", "tinyint unsigned"},
    {"INT16", "smallint"},
    {"UINT16", "smallint unsigned"},
    {"INT24", "mediumint"},
    {"UINT24", "mediumint unsigned"},
    {"INT32", "int"},
    {"UINT32", "int unsigned"},
    {"INT64", "bigint"},
    {"UINT64", "bigint unsigned"},
    {"FLOAT32", "float"},
    {"FLOAT64", "double"},
    {"YEAR", "year"},
    {"DECIMAL", "decimal"},
    {"DATE", "date"},
    {"TIME", "time"},
    {"DATETIME", "datetime"},
    {"TIMESTAMP", "timestamp"},
    {"CHAR", "char"},
    {"VARCHAR", "varchar"},
    {"TEXT", "longtext"},
    {"BINARY", "binary"},
    {"VARBINARY", "varbinary"},
    {"BLOB", "longblob"},
    {"BIT", "bit"},
    {"ENUM", "enum"},
    {"SET", "set"},
    {"JSON", "json"},
    {"GEOMETRY", "geometry"},
    {"VECTOR", "vector"},
};

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

// The numbers in "(10,2)"; zeros where there are none.
void ParseSizes(std::string_view text, uint32_t* first, uint32_t* second) {
  const char* end = text.data() + text.size();
  const auto one = std::from_chars(text.data(), end, *first);
  if (one.ec == std::errc() && one.ptr < end && *one.ptr == ',') {
    std::from_chars(one.ptr + 1, end, *second);
  }
}

Status RefuseType(std::string_view what, std::string_view why) {
  return Unsupported(fmt::format("a sharding column of type {} ({})", what, why));
}

}  // namespace

bool ColumnType::IsInteger() const {
  switch (type) {
    case FieldType::kTiny:
    case FieldType::kShort:
    case FieldType::kInt24:
    case FieldType::kLong:
    case FieldType::kLongLong:
    case FieldType::kYear:
      return true;
    default:
      return false;
  }
}

bool ColumnType::IsBinary() const {
  switch (type) {
    case FieldType::kVarchar:
    case FieldType::kVarString:
    case FieldType::kString:
    case FieldType::kTinyBlob:
    case FieldType::kBlob:
    case FieldType::kMediumBlob:
    case FieldType::kLongBlob:
      return collation.empty();
    default:
      return false;
  }
}

Result<ColumnType> ParseMysqlColumnType(std::string_view column_type, std::string_view collation) {
  const std::string text = Lower(column_type);
  const size_t name_end = std::min(text.find_first_of(" ("), text.size());
  const std::string_view name = std::string_view(text).substr(0, name_end);
  const auto* found = std::find_if(std::begin(kMysqlTypes), std::end(kMysqlTypes),
                                   [&](const NamedType& t) { return t.name == name; });
  if (found == std::end(kMysqlTypes)) {
    return InvalidArgument(fmt::format("unknown column type '{}'", column_type));
  }
  ColumnType out;
  out.type = found->type;
  uint32_t size = 0, scale = 0;
  if (name_end < text.size() && text[name_end] == '(') {
    ParseSizes(std::string_view(text).substr(name_end + 1), &size, &scale);
  }
  switch (found->type) {
    case FieldType::kNewDecimal:
      // DECIMAL alone is DECIMAL(10,0) (MySQL manual, Fixed-Point Types).
      out.precision = static_cast<uint8_t>(size == 0 ? 10 : size);
      out.scale = static_cast<uint8_t>(scale);
      break;
    case FieldType::kDatetime:
      out.scale = static_cast<uint8_t>(size);
      break;
    case FieldType::kString:
      // CHAR and BINARY alone have the length 1.
      out.length = size == 0 && name_end == text.size() ? 1 : size;
      break;
    case FieldType::kVarString:
    case FieldType::kBit:
      out.length = size;
      break;
    default:
      break;
  }
  const bool decimal = found->type == FieldType::kNewDecimal;
  if (found->family == Family::kInteger || decimal) {
    out.is_unsigned = found->type == FieldType::kYear || text.find("unsigned") != std::string::npos;
  }
  if (found->family == Family::kText) {
    if (collation.empty()) {
      return InvalidArgument(fmt::format("column type '{}' needs a collation", column_type));
    }
    if (collation != "binary") out.collation = collation;
  }
  return out;
}

Result<ColumnType> ParseVSchemaColumnType(std::string_view type, std::string_view collation_name,
                                          uint32_t size, uint8_t scale) {
  const auto* found = std::find_if(std::begin(kVSchemaTypes), std::end(kVSchemaTypes),
                                   [&](const VSchemaType& t) { return t.name == type; });
  if (found == std::end(kVSchemaTypes)) {
    return InvalidArgument(fmt::format("unknown column type '{}' in the VSchema", type));
  }
  const std::string_view collation =
      collation_name.empty() ? std::string_view("utf8mb4_0900_ai_ci") : collation_name;
  ASSIGN_OR_RETURN(ColumnType out, ParseMysqlColumnType(found->mysql_type, collation));
  if (out.type == FieldType::kString || out.type == FieldType::kVarString) out.length = size;
  if (out.type == FieldType::kNewDecimal && size != 0) {
    out.precision = static_cast<uint8_t>(size);
    out.scale = scale;
  }
  if (out.type == FieldType::kDatetime) out.scale = scale;
  return out;
}

Status CheckShardingColumn(const ColumnType& column, const Vindex& vindex, int position) {
  if (!vindex.is_functional()) return Status();
  const VindexInput input = vindex.input(position);
  switch (column.type) {
    case FieldType::kFloat:
    case FieldType::kDouble:
      return RefuseType("FLOAT or DOUBLE", "equality of rounded numbers is not exact");
    case FieldType::kTimestamp:
      return RefuseType("TIMESTAMP", "its text depends on the session's time zone");
    case FieldType::kTime:
      return RefuseType("TIME", "one time has many texts");
    case FieldType::kEnum:
    case FieldType::kSet:
      return RefuseType("ENUM or SET", "values are names and numbers at once");
    case FieldType::kBit:
      return RefuseType("BIT", "values are bytes and numbers at once");
    case FieldType::kJson:
    case FieldType::kGeometry:
    case FieldType::kVector:
    case FieldType::kNull:
      return RefuseType("JSON, VECTOR or spatial", "equal values have many forms");
    default:
      break;
  }
  if (column.IsInteger()) return Status();
  if (input == VindexInput::kInteger) {
    return Unsupported(
        fmt::format("vindex type {} on a column that is not an integer", vindex.type()));
  }
  if (column.IsBinary() && column.type == FieldType::kString && column.length == 0) {
    return Unsupported("a sharding column of type BINARY whose size is not known");
  }
  if (!column.IsText()) return Status();
  RETURN_IF_ERROR(CheckShardingCollation(column.collation));
  if (input == VindexInput::kBytes && !CollationIsExact(column.collation)) {
    return Unsupported(
        fmt::format("vindex type {} on a column with collation '{}', which calls different bytes "
                    "equal; use unicode_loose_xxhash",
                    vindex.type(), column.collation));
  }
  return Status();
}

}  // namespace keyspan::sharding
