#include "parser/printer.h"

#include <algorithm>

#include "parser/char_class.h"
#include "parser/printer_core.h"
#include "parser/token.h"
#include "parser/visit.h"

namespace keyspan::parser {

void Printer::Node_(const Node* node) {
  if (IsExprKind(node->kind)) {
    Expr_(static_cast<const Expr*>(node));
    return;
  }
  DispatchNode(node, [this](const auto* typed) { Print(typed); });
}

void Printer::Name(const Ident& ident) {
  if (ident.text.find('\0') != std::string_view::npos) {
    String(ident.text);  // it came as text, because MySQL takes no zero byte in backquotes
    return;
  }
  Put(QuoteIdent(ident.text, false, options_.charset));
}

void Printer::Charset(const Ident& ident) {
  if (EqualsIgnoreCase(ident.text, "binary")) {
    Put("BINARY");
  } else {
    Name(ident);
  }
}

void Printer::Qualifier(const Ident& ident) {
  if (ident.given()) {
    Name(ident);
    Put(".");
  }
}

void Printer::Names(const List<Ident>& names) {
  bool first = true;
  for (const Ident& name : names) {
    PutIf(!first, ", ");
    first = false;
    Name(name);
  }
}

void Printer::ParenNames(const List<Ident>& names) {
  Put("(");
  Names(names);
  Put(")");
}

void Printer::AtName(const Ident& ident) {
  bool bare = !ident.text.empty();
  for (const char c : ident.text) {
    bare = bare && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '_' || c == '.' || c == '$');
  }
  if (bare) {
    Put(ident.text);
  } else if (ident.text.find('\0') != std::string_view::npos) {
    String(ident.text);
  } else {
    Put(QuoteIdent(ident.text, true, options_.charset));
  }
}

void Printer::VariableName(const Ident& ident) {
  const Kw keyword = FindKeyword(ident.text);
  // SET `names` = 1 is not SET names = 1.
  if (keyword != Kw::kNotKeyword && !IsReserved(keyword) && !ident.quoted) {
    Put(ident.text);
  } else {
    Name(ident);
  }
}

void Printer::HoleAt(SqlTemplate::HoleKind kind, uint32_t index) {
  template_->texts.push_back(std::move(*out_));
  out_->clear();
  template_->holes.push_back({kind, index});
}

std::string QuoteIdent(std::string_view name, bool force, TextCharset charset) {
  if (!force && !NeedsQuotes(name)) {
    return std::string(name);
  }
  std::string quoted = "`";
  for (size_t i = 0; i < name.size();) {
    const size_t length = std::max<size_t>(1, MultiByteLength(name, i, charset));
    quoted.append(name, i, length);
    if (name[i] == '`') {
      quoted += '`';
    }
    i += length;
  }
  quoted += '`';
  return quoted;
}

namespace {

// What stands after the backslash for `c`, 0 when it needs none.
char EscapeOf(char c) {
  switch (c) {
    case '\0':
      return '0';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\x1A':
      return 'Z';
    case '\\':
      return '\\';
    default:
      return 0;
  }
}

}  // namespace

std::string QuoteString(std::string_view value, TextCharset charset) {
  std::string quoted = "'";
  // A backslash after half a character would be read as its other half.
  bool after_half = false;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (const size_t length = MultiByteLength(value, i, charset); length != 0) {
      quoted.append(value, i, length);
      i += length - 1;
      after_half = false;
      continue;
    }
    if (c == '\'') {
      quoted += '\'';
    }
    const char escape = after_half ? '\0' : EscapeOf(c);
    if (escape != 0) {
      quoted += '\\';
    }
    quoted += escape != 0 ? escape : c;
    const char with_backslash[] = {c, '\\'};
    after_half = MultiByteLength({with_backslash, 2}, 0, charset) != 0;
  }
  quoted += '\'';
  return quoted;
}

void PrintTo(const Node* node, const PrintOptions& options, std::string* out) {
  if (node != nullptr) {
    Printer(options, out, nullptr).Node_(node);
  }
}

std::string Print(const Node* node, const PrintOptions& options) {
  std::string text;
  PrintTo(node, options, &text);
  return text;
}

SqlTemplate PrintTemplate(const Node* node, const PrintOptions& options) {
  SqlTemplate result;
  std::string text;
  if (node != nullptr) {
    Printer(options, &text, &result).Node_(node);
  }
  result.texts.push_back(std::move(text));
  return result;
}

namespace {

void DumpValue(std::string* out, std::string_view value) { out->append(value); }
void DumpValue(std::string* out, const Ident& ident) { out->append(QuoteIdent(ident.text)); }
template <typename T>
requires(std::is_enum_v<T> || std::is_integral_v<T>) void DumpValue(std::string* out, T value) {
  out->append(std::to_string(static_cast<long long>(value)));
}
template <typename T>
void DumpValue(std::string* out, const List<T>& list) {
  for (const auto& element : list) {
    if (&element != list.data) {
      out->append(", ");
    }
    DumpValue(out, element);
  }
}
bool IsDefault(std::string_view value) { return value.empty(); }
bool IsDefault(const Ident& ident) { return ident.empty(); }
template <typename T>
requires(std::is_enum_v<T> || std::is_integral_v<T>) bool IsDefault(T value) {
  return value == T{};
}
template <typename T>
bool IsDefault(const List<T>& list) {
  return list.empty();
}

}  // namespace

// An own stack instead of recursion: trees may be high. An entry is a node, or a label to print.
std::string DumpTree(const Node* root) {
  struct Entry {
    const Node* node;
    std::string label;
    int indent;
  };
  std::string out;
  std::vector<Entry> stack;
  if (root != nullptr) {
    stack.push_back({root, "", 0});
  }
  while (!stack.empty()) {
    const Entry entry = std::move(stack.back());
    stack.pop_back();
    out.append(static_cast<size_t>(entry.indent) * 2, ' ');
    if (!entry.label.empty()) {
      out.append(entry.label).append(": ");
    }
    out.append(NodeKindName(entry.node->kind));
    std::vector<Entry> children;
    DispatchNode(entry.node, [&](const auto* typed) {
      using T = std::remove_cvref_t<decltype(*typed)>;
      std::string_view names = T::kFieldNames;
      ForEachField(typed, [&](const auto& field) {
        using Field = std::remove_cvref_t<decltype(field)>;
        const size_t comma = names.find(',');
        const std::string name(names.substr(0, comma));
        names = comma == std::string_view::npos
                    ? ""
                    : names.substr(names.find_first_not_of(" ,", comma));
        if constexpr (kIsNodePtr<Field>) {
          if (field != nullptr) {
            children.push_back({field, name, entry.indent + 1});
          }
        } else if constexpr (IsNodeList<Field>()) {
          for (const auto* element : field) {
            children.push_back({element, name, entry.indent + 1});
          }
        } else if (!IsDefault(field)) {
          out.append(" ").append(name).append("=");
          DumpValue(&out, field);
        }
      });
    });
    out.append(" [" + std::to_string(entry.node->begin) + "," + std::to_string(entry.node->end) +
               ")\n");
    for (auto it = children.rbegin(); it != children.rend(); ++it) {
      stack.push_back(std::move(*it));
    }
  }
  return out;
}

}  // namespace keyspan::parser
