#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "parser/statements.h"

namespace keyspan::parser {

// The syntax of a statement that becomes an OtherStatement, as text that reads like the manual. One
// token of lookahead decides everywhere, as in MySQL. Elements, separated by spaces:
//   WORD           this word (any case); :WORD also puts it into OtherStatement::words
//   '='            this symbol
//   [ a | b ]      optional        ( a | b )      one of
//   { a },         one or more, with commas between; { a }+ without; { a }* none or more
//   { a }~         none or more, each with a comma in front or not, the first without
//   %part          the text of that PatternPart, word for word
//   <table>        [schema.]name, into names      <name>    a name, into names
//   <user>         an account, into names         <role>    the same
//   <ident> <text> <string> <hexstring> <number> <ulong> <ulonglong> <realulong> <size>
//   <expr> <literal> <var> <type> <unit> <processors>   not recorded; text = name or 'x', string =
//                   'x', hexstring = also 0x41, numbers as Parser::ParseUlong and so on
//   <value>         an expression, into value      <xid>     'a'[, 'b'[, n]], the first into value
//   <ifexists> <ifnotexists>   optional           <query>   a query
//   <program>       a statement of a stored program
//   <programvar> <condition> <sqlstate>   what a stored program has declared; a string of 5 letters
//   <params> <functionparams> <routine>   of stored routines, <privs> <object> of GRANT
//   <word>          a name that may be a reserved word
//   <more> <end>    nothing, but not at the end, or only there
//   <rest>          everything to the end of the statement
class Pattern {
 public:
  explicit Pattern(std::string_view text);

  // Consumes what the pattern says or throws a syntax error.
  void Match(Parser& p, OtherStatement* statement) const;

 private:
  enum class Kind : uint8_t { kWord, kSymbol, kSlot, kOptional, kChoice, kRepeat };
  struct Item {
    Kind kind;
    std::string text;
    bool record = false;
    char repeat = 0;  // ',' '+' '*' '~'
    std::vector<std::vector<Item>> alternatives;
  };
  struct Recorded;

  static std::vector<std::vector<Item>> Compile(std::string_view* rest);
  static bool CanStart(Parser& p, const Item& item);
  static bool CanStart(Parser& p, const std::vector<Item>& items);
  static void MatchItems(Parser& p, const std::vector<Item>& items, Recorded* recorded);
  static void MatchItem(Parser& p, const Item& item, Recorded* recorded);
  static void MatchSlot(Parser& p, const std::string& slot, Recorded* recorded);

  std::vector<Item> items_;
};

// A piece of text that several patterns, or later parts, share.
struct PatternPart {
  std::string_view name;
  std::string_view text;
};

// A statement: its kind, the words that it begins with, and what follows these.
struct StatementPattern {
  OtherKind kind;
  std::string_view lead;
  std::string_view rest;
};

// The compiled form of a table of StatementPatterns.
class PatternTable {
 public:
  PatternTable() = default;
  PatternTable(std::span<const StatementPattern> patterns, std::span<const PatternPart> parts) {
    Add(patterns, parts);
  }

  void Add(std::span<const StatementPattern> patterns, std::span<const PatternPart> parts = {});

  // The statement at the parser if its leading words are in the table, else null with nothing
  // consumed. Where tables overlap, the first entry counts.
  // With `last`, words that only begin like an entry are a syntax error.
  Statement* Parse(Parser& p, bool last) const;
  // The same for what follows words that were consumed before (`skip` leading words of the
  // entries).
  Statement* ParseAfter(Parser& p, size_t skip, uint32_t begin, bool last) const;

 private:
  struct Entry {
    OtherKind kind;
    std::vector<std::string> lead;
    Pattern rest;
  };

  std::vector<Entry> entries_;
};

// The statements that become an OtherStatement, by family, each in a file of its own.
void AddAccountStatements(PatternTable* table);
void AddDiagnosticsStatements(PatternTable* table);
void AddOwnStatements(PatternTable* table);
void AddProgramStatements(PatternTable* table);
void AddReplicationStatements(PatternTable* table);
void AddServerStatements(PatternTable* table);
void AddTableAdminStatements(PatternTable* table);
void AddTablespaceStatements(PatternTable* table);
void AddXaStatements(PatternTable* table);
// At CREATE or ALTER with DEFINER after it.
Statement* ParseWithDefiner(Parser& p, bool alter);

}  // namespace keyspan::parser
