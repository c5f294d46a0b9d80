#include "parser/parse.h"

#include "parser/parser_core.h"

namespace keyspan::parser {

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (size_t i = 0; i < a.size(); ++i) {
    const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; };
    if (fold(a[i]) != fold(b[i])) {
      return false;
    }
  }
  return true;
}

uint32_t SqlModeBits(std::string_view sql_mode) {
  uint32_t bits = 0;
  while (!sql_mode.empty()) {
    const size_t comma = sql_mode.find(',');
    const std::string_view word = sql_mode.substr(0, comma);
    sql_mode = comma == std::string_view::npos ? "" : sql_mode.substr(comma + 1);
    if (EqualsIgnoreCase(word, "ANSI_QUOTES")) {
      bits |= kModeAnsiQuotes;
    } else if (EqualsIgnoreCase(word, "PIPES_AS_CONCAT")) {
      bits |= kModePipesAsConcat;
    } else if (EqualsIgnoreCase(word, "NO_BACKSLASH_ESCAPES")) {
      bits |= kModeNoBackslashEscapes;
    } else if (EqualsIgnoreCase(word, "HIGH_NOT_PRECEDENCE")) {
      bits |= kModeHighNotPrecedence;
    } else if (EqualsIgnoreCase(word, "IGNORE_SPACE")) {
      bits |= kModeIgnoreSpace;
    } else if (EqualsIgnoreCase(word, "REAL_AS_FLOAT")) {
      bits |= kModeRealAsFloat;
    } else if (EqualsIgnoreCase(word, "ANSI")) {
      bits |= kModeAnsiQuotes | kModePipesAsConcat | kModeIgnoreSpace | kModeRealAsFloat;
    }
  }
  return bits;
}

namespace {

// By TextCharset.
constexpr std::string_view kTextCharsetNames[] = {"", "gbk", "sjis", "big5", "cp932", "gb18030"};

}  // namespace

TextCharset TextCharsetOf(std::string_view name) {
  for (size_t i = 1; i < std::size(kTextCharsetNames); ++i) {
    if (EqualsIgnoreCase(name, kTextCharsetNames[i])) {
      return static_cast<TextCharset>(i);
    }
  }
  return TextCharset::kOther;
}

std::string_view TextCharsetName(TextCharset charset) {
  return kTextCharsetNames[static_cast<size_t>(charset)];
}

Result<ParsedStatement> Parse(std::string_view sql, const ParseOptions& options) {
  return Parser::Run(sql, options, nullptr);
}

Result<ParsedStatement> ParseExpression(std::string_view sql, const ParseOptions& options,
                                        Expr** expr) {
  return Parser::Run(sql, options, expr);
}

}  // namespace keyspan::parser
