// libFuzzer: digest, parse, print, parse again, clone, split. The first byte chooses the sql_mode,
// the second the character set.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"
#include "parser/walker.h"

namespace keyspan::parser {
namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void Run(std::string_view input) {
  if (input.size() < 2) {
    return;
  }
  ParseOptions options;
  options.sql_mode = static_cast<uint8_t>(input[0]) & 63;
  options.charset = static_cast<TextCharset>(static_cast<uint8_t>(input[1]) % 6);
  options.max_depth = 200;
  const std::string_view sql = input.substr(2);
  static Digester digester;
  const DigestResult digest = digester.Compute(sql, options);
  SplitStatements(sql, options);
  ParseOptions with_digest = options;
  with_digest.digest = &digest;
  Result<ParsedStatement> parsed = Parse(sql, with_digest);
  if (!parsed.ok() || parsed->root() == nullptr) {
    return;
  }
  Require(!digest.cacheable || parsed->slots_complete());
  PrintOptions print;
  print.sql_mode = options.sql_mode;
  const std::string printed = Print(parsed->root(), print);
  Result<ParsedStatement> again = Parse(printed, options);
  Require(again.ok() || again.status().mysql_errno() == 1436);
  if (again.ok()) {
    Require(Equal(parsed->root(), again->root()));
    Require(Hash(parsed->root()) == Hash(again->root()));
  }
  Arena arena;
  Require(Equal(parsed->root(), Clone(parsed->root(), arena)));
}

}  // namespace
}  // namespace keyspan::parser

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyspan::parser::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
