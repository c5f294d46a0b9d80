// vtparse: reads one JSON string a line from standard input, writes one JSON object a line:
//   {"ok": true, "kind": "Select", "printed": "...", "digest": "...", "literals": 2}
//   {"ok": false, "error": {"errno": 1064, "text": "..."}}
// --tree writes the tree as text instead, for people; --full prints with all parentheses.

#include <gflags/gflags.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"
#include "parser/walker.h"

DEFINE_bool(tree, false, "write the tree as text");
DEFINE_bool(full, false, "print with all parentheses");
DEFINE_string(sql_mode, "", "the session's sql_mode");
DEFINE_string(charset, "utf8mb4", "character_set_client");

namespace keyspan::parser {
namespace {

nlohmann::json Describe(std::string_view sql, const ParseOptions& base, Digester* digester) {
  ParseOptions options = base;
  const DigestResult digest = digester->Compute(sql, base);
  options.digest = &digest;
  nlohmann::json object;
  Result<ParsedStatement> parsed = Parse(sql, options);
  object["ok"] = parsed.ok();
  if (!parsed.ok()) {
    const Status status = std::move(parsed).status();
    object["error"] = {{"errno", status.mysql_errno()}, {"text", status.message()}};
    return object;
  }
  object["digest"] = digest.digest.ToHex();
  object["literals"] = digest.literals.size();
  object["slots_complete"] = parsed->slots_complete();
  if (parsed->root() == nullptr) {
    object["kind"] = "Empty";
    object["printed"] = "";
    return object;
  }
  object["kind"] = StatementKindName(*parsed->root());
  PrintOptions print;
  print.sql_mode = options.sql_mode;
  print.charset = options.charset;
  print.full_parentheses = FLAGS_full;
  object["printed"] = Print(parsed->root(), print);
  // What printing must keep.
  Result<ParsedStatement> again = Parse(object["printed"].get<std::string>(), base);
  object["fixed_point"] = again.ok() && Equal(parsed->root(), again->root());
  if (FLAGS_tree) {
    object["tree"] = DumpTree(parsed->root());
  }
  return object;
}

int Main() {
  ParseOptions options;
  options.sql_mode = SqlModeBits(FLAGS_sql_mode);
  options.charset = TextCharsetOf(FLAGS_charset);
  Digester digester;
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json sql = nlohmann::json::parse(line, nullptr, false);
    if (!sql.is_string()) {
      sql = line;  // plain text is fine too
    }
    const nlohmann::json object = Describe(sql.get<std::string>(), options, &digester);
    if (FLAGS_tree && object["ok"].get<bool>()) {
      std::cout << object.value("tree", "") << std::flush;
    } else {
      std::cout << object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                << std::endl;
    }
  }
  return 0;
}

}  // namespace
}  // namespace keyspan::parser

int main(int argc, char** argv) {
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return keyspan::parser::Main();
}
