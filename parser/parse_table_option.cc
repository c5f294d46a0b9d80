// Options of tables, databases and partitions.

#include "parser/parse_ddl.h"

namespace keyspan::parser {
namespace {

std::string_view Word(Parser& p) { return KeywordText(p.Advance().keyword); }

Ident WordIdent(Parser& p) {
  Ident ident;
  ident.begin = p.Cur().begin;
  ident.text = KeywordText(p.Advance().keyword);
  return ident;
}

}  // namespace

// [DEFAULT] CHARACTER SET [=] x, [DEFAULT] COLLATE [=] x, [DEFAULT] ENCRYPTION [=] 'Y'
Option* ParseOptionalCharsetOption(Parser& p) {
  const bool has_default = p.At(Kw::kDefault);
  const auto at = [&](Kw keyword) { return has_default ? p.PeekIs(keyword) : p.At(keyword); };
  const bool charset = at(Kw::kCharset) || at(Kw::kCharacter) || at(Kw::kChar);
  if (!charset && !at(Kw::kCollate) && !at(Kw::kEncryption)) {
    return nullptr;
  }
  auto* option = p.New<Option>(p.Cur().begin);
  p.Accept(Kw::kDefault);
  const Kw first = p.Advance().keyword;
  if (first == Kw::kEncryption) {
    p.AcceptSymbol('=');
    option->name = "ENCRYPTION";
    option->value = p.ParseTextString();
    return p.Finish(option);
  }
  if (first == Kw::kCharacter || first == Kw::kChar) {
    p.Expect(Kw::kSet);
  }
  p.AcceptSymbol('=');
  option->name = first == Kw::kCollate ? "COLLATE" : "CHARSET";
  option->word = p.ParseCharsetName();
  return p.Finish(option);
}

Option* ParseOptionalTableOption(Parser& p) {
  if (p.At(Kw::kDefault) && p.PeekIs(Kw::kEncryption)) {
    p.Advance();
    p.SyntaxError();  // DEFAULT ENCRYPTION is for databases
  }
  if (Option* option = ParseOptionalCharsetOption(p)) {
    return option;
  }
  const uint32_t begin = p.Cur().begin;
  const auto start = [&] {
    auto* option = p.New<Option>(begin);
    option->name = Word(p);
    p.AcceptSymbol('=');
    return option;
  };
  switch (p.Cur().keyword) {
    case Kw::kEngine:
    case Kw::kSecondaryEngine:
    case Kw::kTablespace: {
      Option* option = start();
      if (option->name == "SECONDARY_ENGINE" && p.At(Kw::kNull)) {
        option->word = WordIdent(p);
      } else {
        option->word = p.ParseIdentOrText();
        option->word.quoted = true;
      }
      return p.Finish(option);
    }
    case Kw::kMaxRows:
    case Kw::kMinRows:
    case Kw::kAvgRowLength:
    case Kw::kAutoIncrement:
    case Kw::kKeyBlockSize:
    case Kw::kChecksum:
    case Kw::kTableChecksum:
    case Kw::kDelayKeyWrite: {
      Option* option = start();
      if (p.AtKind(TokenKind::kHex)) {
        option->value = p.NewLiteral(LiteralKind::kHex, p.Advance());
      } else {
        option->value = p.ParseNumber();
      }
      if (option->name == "TABLE_CHECKSUM") {
        option->name = "CHECKSUM";
      }
      return p.Finish(option);
    }
    case Kw::kPackKeys:
    case Kw::kStatsAutoRecalc:
    case Kw::kStatsPersistent:
    case Kw::kStatsSamplePages: {
      Option* option = start();
      if (p.At(Kw::kDefault)) {
        option->word = WordIdent(p);
      } else {
        option->value = p.ParseNumber();
      }
      return p.Finish(option);
    }
    case Kw::kPassword:
    case Kw::kComment:
    case Kw::kCompression:
    case Kw::kConnection:
    case Kw::kEngineAttribute:
    case Kw::kSecondaryEngineAttribute: {
      Option* option = start();
      option->value = p.ParseTextString();
      return p.Finish(option);
    }
    case Kw::kAutoextendSize: {
      Option* option = start();
      if (p.AtKind(TokenKind::kInteger)) {
        option->value = p.ParseNumber();
      } else {
        option->word = p.ParseIdent();
      }
      return p.Finish(option);
    }
    case Kw::kRowFormat: {
      Option* option = start();
      if (!p.AtAny({Kw::kDefault, Kw::kFixed, Kw::kDynamic, Kw::kCompressed, Kw::kRedundant,
                    Kw::kCompact})) {
        p.SyntaxError();
      }
      option->word = WordIdent(p);
      return p.Finish(option);
    }
    case Kw::kInsertMethod: {
      Option* option = start();
      if (!p.AtAny({Kw::kNo, Kw::kFirst, Kw::kLast})) {
        p.SyntaxError();
      }
      option->word = WordIdent(p);
      return p.Finish(option);
    }
    case Kw::kUnion: {
      Option* option = start();
      p.ExpectSymbol('(');
      if (!p.AtSymbol(')')) {
        option->tables = p.ParseTableNames();
      }
      p.ExpectSymbol(')');
      return p.Finish(option);
    }
    case Kw::kData:
    case Kw::kIndex: {
      const bool data = p.At(Kw::kData);
      auto* option = p.New<Option>(begin);
      p.Advance();
      p.Expect(Kw::kDirectory);
      p.AcceptSymbol('=');
      option->name = data ? "DATA DIRECTORY" : "INDEX DIRECTORY";
      option->value = p.ParseTextString();
      return p.Finish(option);
    }
    case Kw::kStorage: {
      auto* option = p.New<Option>(begin);
      p.Advance();
      if (!p.AtAny({Kw::kDisk, Kw::kMemory})) {
        p.SyntaxError();
      }
      option->name = p.Advance().keyword == Kw::kDisk ? "STORAGE DISK" : "STORAGE MEMORY";
      return p.Finish(option);
    }
    case Kw::kStart: {
      auto* option = p.New<Option>(begin);
      p.Advance();
      p.Expect(Kw::kTransaction);
      option->name = "START TRANSACTION";
      return p.Finish(option);
    }
    default:
      return nullptr;
  }
}

}  // namespace keyspan::parser
