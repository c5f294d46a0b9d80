// Options of tables, databases and partitions.

#include "parser/parse_ddl.h"

namespace keyspan::parser {
namespace {

std::string_view Word(Parser& p) { return KeywordText(p.Advance().keyword); }

// An = and a word that may be in quotes.
void SkipWord(Parser& p) { p.ParseIdentOrText(); }

// ({URI | FILE_NAME | FILE_PATTERN | FILE_PREFIX} [=] 'x' [options], ...)
void SkipFiles(Parser& p) {
  p.ExpectSymbol('(');
  do {
    if (!p.AtAny({Kw::kUri, Kw::kFileName, Kw::kFilePattern, Kw::kFilePrefix,
                  Kw::kAllowMissingFiles, Kw::kStrictLoad})) {
      p.SyntaxError();
    }
    while (p.AtAny({Kw::kUri, Kw::kFileName, Kw::kFilePattern, Kw::kFilePrefix,
                    Kw::kAllowMissingFiles, Kw::kStrictLoad})) {
      const bool flag = p.AtAny({Kw::kAllowMissingFiles, Kw::kStrictLoad});
      p.Advance();
      p.AcceptSymbol('=');
      if (flag) {
        auto* option = p.New<Option>(p.Cur().begin);
        ParseTernary(p, option);
      } else {
        p.ParseStringToken();
      }
    }
  } while (p.AcceptSymbol(','));
  p.ExpectSymbol(')');
}

// (FORMAT x HEADER ON ...)
void SkipFileFormat(Parser& p) {
  p.ExpectSymbol('(');
  if (p.Accept(Kw::kFormat)) {
    SkipWord(p);
  }
  if (p.Accept(Kw::kHeader) && !p.Accept(Kw::kOn)) {
    p.Expect(Kw::kOff);
  }
  if (p.Accept(Kw::kCompression)) {
    p.AcceptSymbol('=');
    p.ParseStringToken();
  }
  if (p.Accept(Kw::kCharacter)) {
    p.Expect(Kw::kSet);
    p.ParseCharsetName();
  } else if (p.Accept(Kw::kCharset)) {
    p.ParseCharsetName();
  }
  p.ParseOptionalFields();
  if (p.Accept(Kw::kIgnore)) {
    p.ParseNumber();
    if (!p.Accept(Kw::kLines)) {
      p.Expect(Kw::kRows);
    }
  }
  p.ExpectSymbol(')');
}

Ident WordIdent(Parser& p) {
  Ident ident;
  ident.begin = p.Cur().begin;
  ident.text = KeywordText(p.Advance().keyword);
  return ident;
}

}  // namespace

void ParseTernary(Parser& p, Option* option) {
  if (p.At(Kw::kDefault)) {
    option->word = WordIdent(p);
    return;
  }
  const Token number = p.Cur();
  option->value = p.ParseUlong();
  if (const std::string_view text = p.Text(number); text != "0" && text != "1") {
    p.SyntaxErrorAt(number.begin, number.end);
  }
}

// [DEFAULT] CHARACTER SET [=] x, [DEFAULT] COLLATE [=] x, [DEFAULT] ENCRYPTION [=] 'Y'
Option* ParseOptionalCharsetOption(Parser& p) {
  const bool has_default = p.At(Kw::kDefault);
  const auto at = [&](Kw keyword) { return has_default ? p.PeekIs(keyword) : p.At(keyword); };
  const bool charset = at(Kw::kCharset) || at(Kw::kCharacter) || at(Kw::kChar);
  if (!charset && !at(Kw::kCollate) && !at(Kw::kEncryption)) {
    if (has_default) {
      p.Advance();
      p.SyntaxError();
    }
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
  option->word = first == Kw::kCollate ? p.ParseCollationName() : p.ParseCharsetName();
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
      if (option->name == "TABLESPACE" && !p.AtIdent()) {
        p.SyntaxError();
      }
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
    case Kw::kAutoIncrement: {
      Option* option = start();
      option->value = p.ParseUlonglong();
      return p.Finish(option);
    }
    case Kw::kKeyBlockSize:
    case Kw::kChecksum:
    case Kw::kTableChecksum:
    case Kw::kDelayKeyWrite: {
      Option* option = start();
      option->value = p.ParseUlong();
      if (option->name == "TABLE_CHECKSUM") {
        option->name = "CHECKSUM";
      }
      return p.Finish(option);
    }
    case Kw::kPackKeys:
    case Kw::kStatsAutoRecalc:
    case Kw::kStatsPersistent:
    case Kw::kAllowMissingFiles:
    case Kw::kStrictLoad:
    case Kw::kVerifyKeyConstraints:
    case Kw::kAutoRefresh: {
      Option* option = start();
      ParseTernary(p, option);
      return p.Finish(option);
    }
    case Kw::kStatsSamplePages: {
      Option* option = start();
      if (p.At(Kw::kDefault)) {
        option->word = WordIdent(p);
        return p.Finish(option);
      }
      const Token number = p.Cur();
      option->value = p.ParseUlong();
      const uint64_t pages = std::strtoull(std::string(p.Text(number)).c_str(), nullptr, 0);
      if (pages == 0 || pages > 0xFFFF) {
        p.SyntaxErrorBecause("The valid range for stats_sample_pages is [1, 65535]. Error", number);
      }
      return p.Finish(option);
    }
    case Kw::kAutoRefreshSource: {
      Option* option = start();
      if (p.At(Kw::kNone)) {
        option->word = WordIdent(p);
      } else {
        option->value = p.ParseStringToken();
      }
      return p.Finish(option);
    }
    case Kw::kFiles:
    case Kw::kFileFormat: {
      Option* option = start();
      option->word.begin = p.Cur().begin;
      if (option->name == "FILES") {
        SkipFiles(p);
      } else {
        SkipFileFormat(p);
      }
      option->word.text = p.SourceText(option->word.begin, p.prev_end());
      return p.Finish(option);
    }
    case Kw::kPassword:
    case Kw::kComment:
    case Kw::kCompression:
    case Kw::kConnection:
    case Kw::kEngineAttribute:
    case Kw::kSecondaryEngineAttribute: {
      Option* option = start();
      option->value = p.ParseStringToken();
      return p.Finish(option);
    }
    case Kw::kAutoextendSize: {
      Option* option = start();
      option->value = p.ParseSize();
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
