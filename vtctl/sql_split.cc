#include "vtctl/sql_split.h"

#include <fmt/format.h>

#include <cctype>

namespace keyspan::vtctl {
namespace {

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// Past the end of the quoted text that begins at `from`; npos when it does not end.
size_t SkipQuoted(std::string_view text, size_t from) {
  const char quote = text[from];
  for (size_t i = from + 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '`') {
      ++i;
    } else if (text[i] == quote) {
      return i + 1;  // a doubled quote begins the next piece, which is as good
    }
  }
  return std::string_view::npos;
}

// Past the end of the comment that begins at `from`; `from` itself when there is none.
size_t SkipComment(std::string_view text, size_t from) {
  const std::string_view rest = text.substr(from);
  if (rest.starts_with("/*")) {
    const size_t end = text.find("*/", from + 2);
    return end == std::string_view::npos ? end : end + 2;
  }
  const bool dashes = rest.starts_with("--") && (rest.size() == 2 || IsSpace(rest[2]));
  if (!dashes && !rest.starts_with("#")) return from;
  const size_t end = text.find('\n', from);
  return end == std::string_view::npos ? text.size() : end + 1;
}

}  // namespace

Result<std::vector<std::string>> SplitStatements(std::string_view script) {
  std::vector<std::string> statements;
  std::string current;
  const auto finish = [&] {
    while (!current.empty() && IsSpace(current.back())) current.pop_back();
    if (!current.empty()) statements.push_back(std::move(current));
    current.clear();
  };
  for (size_t i = 0; i < script.size();) {
    const char c = script[i];
    size_t end = i + 1;
    bool keep = true;
    if (c == '\'' || c == '"' || c == '`') {
      end = SkipQuoted(script, i);
    } else if (const size_t past = SkipComment(script, i); past != i) {
      end = past;
      // Within a statement a comment may be a hint or versioned code.
      const std::string_view rest = script.substr(i);
      keep = !current.empty() || rest.starts_with("/*!") || rest.starts_with("/*+");
    } else if (c == ';') {
      finish();
      keep = false;
    } else if (current.empty() && IsSpace(c)) {
      keep = false;
    }
    if (end == std::string_view::npos) {
      return InvalidArgument(fmt::format("the script ends within: {}", script.substr(i, 40)));
    }
    if (keep) current.append(script.substr(i, end - i));
    i = end;
  }
  finish();
  return statements;
}

}  // namespace keyspan::vtctl
