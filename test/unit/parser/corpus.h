#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace keyspan::parser {

// The statements of test/parser/corpus/**.sql, alternatives expanded (see compare_with_mysql
// there).
inline void ExpandLine(const std::string& line, std::vector<std::string>* out) {
  const size_t open = line.find("<<");
  const size_t close = open == std::string::npos ? open : line.find(">>", open);
  if (close == std::string::npos) {
    std::string sql;
    for (size_t i = 0; i < line.size(); ++i) {
      if (line.compare(i, 2, "\\n") == 0) {
        sql += '\n';
        ++i;
      } else {
        sql += line[i];
      }
    }
    out->push_back(sql);
    return;
  }
  const std::string choices = line.substr(open + 2, close - open - 2);
  for (size_t from = 0;;) {
    const size_t bar = choices.find("||", from);
    const std::string choice = choices.substr(from, bar == std::string::npos ? bar : bar - from);
    std::vector<std::string> rests;
    ExpandLine(line.substr(close + 2), &rests);
    for (const std::string& rest : rests) {
      std::string sql = line.substr(0, open) + choice;
      for (size_t at = sql.find("\\n"); at != std::string::npos; at = sql.find("\\n", at)) {
        sql.replace(at, 2, "\n");
      }
      out->push_back(sql + rest);
    }
    if (bar == std::string::npos) {
      return;
    }
    from = bar + 2;
  }
}

inline const std::vector<std::string>& Corpus() {
  static const std::vector<std::string> corpus = [] {
    std::vector<std::string> statements;
    const std::string folder = std::string(KEYSPAN_SOURCE_DIR) + "/test/parser/corpus";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != '#') {
          ExpandLine(line, &statements);
        }
      }
    }
    return statements;
  }();
  return corpus;
}

}  // namespace keyspan::parser
