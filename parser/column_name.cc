#include "parser/column_name.h"

namespace keyspan::parser {

std::string DefaultColumnName(const SelectItem& item, std::string_view text) {
  if (item.has_alias) {
    return std::string(item.alias.text);
  }
  const Node* expr = item.expr;
  if (Is<Star>(expr)) {
    return "";
  }
  if (const auto* column = As<ColumnRef>(expr)) {
    return std::string(column->column.text);
  }
  const auto* literal = As<Literal>(expr);
  if (literal != nullptr &&
      (literal->literal == LiteralKind::kString || literal->literal == LiteralKind::kNString)) {
    // Of adjacent strings only the first names the column; leading spaces and control characters
    // go.
    const std::string_view source = literal->text;
    const size_t open = source.find_first_of("'\"");
    const char quote = source[open];
    size_t close = open + 1;
    while (close < source.size() && source[close] != quote) {
      close += source[close] == '\\' ? 2 : 1;
    }
    std::string_view name = literal->value.substr(0, close - open - 1);
    while (!name.empty() && static_cast<unsigned char>(name.front()) <= ' ') {
      name.remove_prefix(1);
    }
    return std::string(name);
  }
  std::string_view name = text.substr(item.name_begin, item.name_end - item.name_begin);
  while (!name.empty() && static_cast<unsigned char>(name.front()) <= ' ') {
    name.remove_prefix(1);
  }
  return std::string(name);
}

}  // namespace keyspan::parser
