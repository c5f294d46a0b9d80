#include "vtgate/ddl/table_shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/ascii.h"
#include "mysql/types/collation.h"
#include "parser/printer.h"

namespace keyspan::vtgate {
namespace {

std::string DefaultCollationOf(std::string_view charset) {
  const mysql::Charset* found = mysql::FindCharset(charset);
  if (found == nullptr) return "";
  const mysql::Collation* collation = mysql::FindCollation(found->default_collation);
  return collation != nullptr ? std::string(collation->name) : "";
}

std::string ColumnTypeText(const parser::DataType& type) {
  if (type.type == parser::TypeKind::kSerial) return "bigint unsigned";
  if (type.type == parser::TypeKind::kBool) return "tinyint(1)";
  std::string text = AsciiLower(parser::TypeKindName(type.type));
  if (!type.length.empty()) {
    text += fmt::format("({}{}{})", type.length, type.decimals.empty() ? "" : ",", type.decimals);
  }
  if (type.is_unsigned) text += " unsigned";
  return text;
}

bool IsTextType(parser::TypeKind type) {
  switch (type) {
    case parser::TypeKind::kChar:
    case parser::TypeKind::kVarchar:
    case parser::TypeKind::kTinyText:
    case parser::TypeKind::kText:
    case parser::TypeKind::kMediumText:
    case parser::TypeKind::kLongText:
    case parser::TypeKind::kEnum:
    case parser::TypeKind::kSet:
      return true;
    default:
      return false;
  }
}

std::string CollationOf(const parser::ColumnDef& column, std::string_view table_collation) {
  const parser::DataType& type = *column.type;
  if (!IsTextType(type.type)) return "";
  if (!column.collation.empty()) return AsciiLower(column.collation.text);
  if (!type.collation.empty()) return AsciiLower(type.collation.text);
  std::string charset = type.national ? "utf8mb3" : AsciiLower(type.charset.text);
  if (charset.empty() && !type.binary_collation) return std::string(table_collation);
  if (type.binary_collation) return (charset.empty() ? "utf8mb4" : charset) + "_bin";
  return DefaultCollationOf(charset);
}

std::string TableCollation(const parser::List<parser::Option*>& options) {
  std::string collation;
  for (const parser::Option* option : options) {
    if (option->name == "COLLATE") return AsciiLower(option->word.text);
    if (option->name == "CHARSET") collation = DefaultCollationOf(AsciiLower(option->word.text));
  }
  return collation.empty() ? "utf8mb4_0900_ai_ci" : collation;
}

}  // namespace

const TableShape::Column* TableShape::FindColumn(std::string_view name) const {
  for (const Column& column : columns) {
    if (parser::EqualsIgnoreCase(column.name, name)) return &column;
  }
  return nullptr;
}

const TableShape::Key* TableShape::PrimaryKey() const {
  for (const Key& key : unique_keys) {
    if (key.primary) return &key;
  }
  return nullptr;
}

void AddIndexes(const parser::List<parser::IndexDef*>& indexes, TableShape* shape) {
  for (const parser::IndexDef* index : indexes) {
    if (index->index == parser::IndexKind::kForeign && index->references != nullptr) {
      TableShape::ForeignKey& key = shape->foreign_keys.emplace_back();
      for (const parser::KeyPart* part : index->parts) {
        key.columns.emplace_back(part->column.text);
      }
      key.schema = index->references->table->schema.text;
      key.table = index->references->table->name.text;
      for (const parser::Ident& column : index->references->columns) {
        key.referenced_columns.emplace_back(column.text);
      }
      continue;
    }
    if (index->index != parser::IndexKind::kPrimary && index->index != parser::IndexKind::kUnique) {
      continue;
    }
    TableShape::Key& key = shape->unique_keys.emplace_back();
    key.primary = index->index == parser::IndexKind::kPrimary;
    key.name = key.primary
                   ? "PRIMARY"
                   : std::string(index->name.empty() ? index->constraint.text : index->name.text);
    for (const parser::KeyPart* part : index->parts) {
      if (part->expr == nullptr && part->length.empty()) {
        key.columns.emplace_back(part->column.text);
      }
    }
    if (key.name.empty() && !key.columns.empty()) key.name = key.columns[0];
  }
}

void AddColumns(const parser::List<parser::ColumnDef*>& columns, std::string_view table_collation,
                TableShape* shape) {
  for (const parser::ColumnDef* node : columns) {
    const bool serial = node->type->type == parser::TypeKind::kSerial || node->serial_default;
    std::string name(node->name.text);
    shape->columns.push_back({name, ColumnTypeText(*node->type),
                              CollationOf(*node, table_collation), node->auto_increment || serial});
    if (node->key == parser::ColumnKey::kPrimary) {
      shape->unique_keys.push_back({"PRIMARY", true, {name}});
    }
    if (node->key == parser::ColumnKey::kUnique || node->unique_too || serial) {
      shape->unique_keys.push_back({name, false, {name}});
    }
  }
}

TableShape ShapeOf(const parser::CreateTable& node) {
  TableShape shape;
  AddColumns(node.columns, TableCollation(node.options), &shape);
  AddIndexes(node.indexes, &shape);
  shape.auto_increment_start = AutoIncrementOf(node.options).value_or(1);
  return shape;
}

std::optional<uint64_t> AutoIncrementOf(const parser::List<parser::Option*>& options) {
  std::optional<uint64_t> first;  // the last of several counts
  for (const parser::Option* option : options) {
    const auto* value = parser::As<parser::Literal>(option->value);
    if (option->name == "AUTO_INCREMENT" && value != nullptr) {
      first = std::max<uint64_t>(1, std::strtoull(std::string(value->text).c_str(), nullptr, 10));
    }
  }
  return first;
}

}  // namespace keyspan::vtgate
