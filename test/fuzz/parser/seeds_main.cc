// Writes the statements of test/parser/corpus as seeds, and a dictionary of MySQL's words.
//
//   parser_fuzz_seeds FOLDER    (FOLDER/seeds/*, FOLDER/words.dict)

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "parser/token.h"
#include "test/unit/parser/corpus.h"

namespace keyspan::parser {
namespace {

void WriteSeeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& sql : Corpus()) {
    // Modes and character sets in turn: most statements read the same in all of them.
    const char header[] = {static_cast<char>(number % 64), static_cast<char>(number % 6)};
    std::ofstream(folder / std::to_string(number++), std::ios::binary).write(header, 2) << sql;
  }
  std::printf("%d seeds in %s\n", number, folder.c_str());
}

void WriteDictionary(const std::filesystem::path& file) {
  std::ofstream out(file);
  for (uint16_t i = 1; i < static_cast<uint16_t>(Kw::kCount_); ++i) {
    out << '"' << KeywordText(static_cast<Kw>(i)) << " \"\n";
  }
  for (const char* mark : {"/*!80000 ", "/*!", "/*+ ", "/*vt+ ", "*/", "-- ", "<=>", "->>", ":=",
                           "@@", "\\\\", "\\xA4\\x5C", "\\x83\\x60", "\\x81\\x30\\x81\\x30"}) {
    out << '"' << mark << "\"\n";
  }
}

}  // namespace
}  // namespace keyspan::parser

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: parser_fuzz_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  keyspan::parser::WriteSeeds(folder / "seeds");
  keyspan::parser::WriteDictionary(folder / "words.dict");
  return 0;
}
