// SHOW in all its forms.

#include <array>

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

void ParseLikeOrWhere(Parser& p, Show* show) {
  if (p.Accept(Kw::kLike)) {
    if (!p.AtKind(TokenKind::kString)) {
      p.SyntaxError();
    }
    show->like = p.ParseTextString();
  } else {
    show->where = p.ParseOptionalWhere();
  }
}

bool AcceptFrom(Parser& p) { return p.Accept(Kw::kFrom) || p.Accept(Kw::kIn); }

void ParseOptionalSchema(Parser& p, Show* show) {
  if (AcceptFrom(p)) {
    show->schema = p.ParseIdent();
  }
}

TableName* BareName(Parser& p, std::string_view text, uint32_t begin) {
  auto* name = p.New<TableName>(begin);
  name->name.text = text;
  name->name.begin = begin;
  return p.Finish(name);
}

void ParseChannel(Parser& p) {
  if (p.Accept(Kw::kFor)) {
    p.Expect(Kw::kChannel);
    if (!p.AtKind(TokenKind::kString)) {
      p.SyntaxError();
    }
    p.ParseTextString();
  }
}

// Everything up to prev_end that began at `begin`, as text.
void TakeArgument(Parser& p, Show* show, uint32_t begin) {
  if (p.prev_end() > begin) {
    show->argument = p.SourceText(begin, p.prev_end());
  }
}

void ParseShowCreate(Parser& p, Show* show) {
  const Token object = p.Cur();
  if (!p.AtAny({Kw::kDatabase, Kw::kSchema, Kw::kTable, Kw::kView, Kw::kProcedure, Kw::kFunction,
                Kw::kTrigger, Kw::kEvent, Kw::kLibrary, Kw::kUser, Kw::kMasking})) {
    p.SyntaxError();
  }
  p.Advance();
  switch (object.keyword) {
    case Kw::kDatabase:
    case Kw::kSchema:
      show->show = ShowKind::kCreateDatabase;
      show->if_not_exists = p.AcceptIfNotExists();
      show->schema = p.ParseIdent();
      return;
    case Kw::kTable:
      show->show = ShowKind::kCreateTable;
      break;
    case Kw::kView:
      show->show = ShowKind::kCreateView;
      break;
    case Kw::kProcedure:
      show->show = ShowKind::kCreateProcedure;
      break;
    case Kw::kFunction:
      show->show = ShowKind::kCreateFunction;
      break;
    case Kw::kTrigger:
      show->show = ShowKind::kCreateTrigger;
      break;
    case Kw::kEvent:
      show->show = ShowKind::kCreateEvent;
      break;
    case Kw::kLibrary:
      show->show = ShowKind::kCreateLibrary;
      break;
    case Kw::kMasking:
      p.Expect(Kw::kPolicy);
      show->show = ShowKind::kCreateMaskingPolicy;
      if (p.PeekIsSymbol('.')) {
        p.Advance();
        p.SyntaxError();
      }
      break;
    case Kw::kUser: {
      show->show = ShowKind::kCreateUser;
      const uint32_t begin = p.Cur().begin;
      show->name = p.ParseUser();
      TakeArgument(p, show, begin);
      return;
    }
    default:
      p.SyntaxErrorAt(object.begin, object.end);
  }
  show->name = p.ParseTableName();
}

void ParseShowEngine(Parser& p, Show* show) {
  if (p.At(Kw::kAll)) {
    show->name = BareName(p, "ALL", p.Advance().begin);
  } else {
    auto* name = p.New<TableName>(p.Cur().begin);
    name->name = p.ParseIdentOrText();
    show->name = p.Finish(name);
  }
  if (p.Accept(Kw::kStatus)) {
    show->show = ShowKind::kEngineStatus;
  } else if (p.Accept(Kw::kMutex)) {
    show->show = ShowKind::kEngineMutex;
  } else {
    p.Expect(Kw::kLogs);
    show->show = ShowKind::kEngineLogs;
  }
}

void ParseShowEvents(Parser& p, Show* show, bool relay) {
  p.Expect(Kw::kEvents);
  const uint32_t begin = p.Cur().begin;
  if (p.Accept(Kw::kIn)) {
    if (!p.AtKind(TokenKind::kString)) {
      p.SyntaxError();
    }
    p.ParseTextString();
  }
  if (p.Accept(Kw::kFrom)) {
    p.ParseNumber();
  }
  TakeArgument(p, show, begin);
  show->limit = p.ParseOptionalLimit(true);
  if (relay && p.At(Kw::kFor)) {
    // The channel comes after LIMIT; the text holds both.
    ParseChannel(p);
    show->limit = nullptr;
    TakeArgument(p, show, begin);
  }
}

void ParseShowProfile(Parser& p, Show* show) {
  const uint32_t begin = p.Cur().begin;
  constexpr std::array kTypes = {Kw::kAll,   Kw::kCpu,   Kw::kIpc,     Kw::kMemory, Kw::kSource,
                                 Kw::kSwaps, Kw::kBlock, Kw::kContext, Kw::kPage};
  const auto at_type = [&] {
    for (const Kw type : kTypes) {
      if (p.At(type)) {
        return true;
      }
    }
    return false;
  };
  if (at_type()) {
    do {
      if (!at_type()) {
        p.SyntaxError();
      }
      const Kw type = p.Advance().keyword;
      if (type == Kw::kBlock) {
        p.Expect(Kw::kIo);
      } else if (type == Kw::kContext) {
        p.Expect(Kw::kSwitches);
      } else if (type == Kw::kPage) {
        p.Expect(Kw::kFaults);
      }
    } while (p.AcceptSymbol(','));
  }
  if (p.Accept(Kw::kFor)) {
    p.Expect(Kw::kQuery);
    p.ParseNumber();
  }
  TakeArgument(p, show, begin);
  show->limit = p.ParseOptionalLimit(true);
}

void ParseShowGrants(Parser& p, Show* show) {
  const uint32_t begin = p.Cur().begin;
  if (p.Accept(Kw::kFor)) {
    show->name = p.ParseUser();
    if (p.Accept(Kw::kUsing)) {
      do {
        p.ParseUser();
      } while (p.AcceptSymbol(','));
    }
    TakeArgument(p, show, begin);
  }
}

void ParseShowColumns(Parser& p, Show* show) {
  show->show = ShowKind::kColumns;
  if (!AcceptFrom(p)) {
    p.SyntaxError();
  }
  show->name = p.ParseTableName();
  ParseOptionalSchema(p, show);
  ParseLikeOrWhere(p, show);
}

void ParseShowIndex(Parser& p, Show* show) {
  show->show = ShowKind::kIndex;
  if (!AcceptFrom(p)) {
    p.SyntaxError();
  }
  show->name = p.ParseTableName();
  ParseOptionalSchema(p, show);
  show->where = p.ParseOptionalWhere();
}

// Procedures, functions and libraries: STATUS or CODE.
void ParseShowRoutine(Parser& p, Show* show, ShowKind status, ShowKind code, bool has_code) {
  if (has_code && p.Accept(Kw::kCode)) {
    show->show = code;
    show->name = p.ParseTableName();
    return;
  }
  p.Expect(Kw::kStatus);
  show->show = status;
  ParseLikeOrWhere(p, show);
}

// Words of ours; false when it is none of them.
bool ParseShowOurs(Parser& p, Show* show) {
  const std::string_view word = p.Text(p.Cur());
  if (p.AcceptWord("KEYSPACES")) {
    show->show = ShowKind::kKeyspaces;
    ParseLikeOrWhere(p, show);
    return true;
  }
  if (p.At(Kw::kTransaction) && p.PeekIs(Kw::kStatus)) {
    p.Advance();
    p.Advance();
    show->show = ShowKind::kTransactionStatus;
    p.Expect(Kw::kFor);
    const uint32_t begin = p.Cur().begin;
    p.ParseTextString();
    TakeArgument(p, show, begin);
    return true;
  }
  if (p.AcceptWord("UNRESOLVED")) {
    if (!p.AcceptWord("TRANSACTIONS")) {
      p.SyntaxError();
    }
    show->show = ShowKind::kUnresolvedTransactions;
    if (p.Accept(Kw::kFor)) {
      show->schema = p.ParseIdent();
    }
    return true;
  }
  const bool vschema = p.AtWord("VSCHEMA");
  const bool vitess = word.size() > 7 && EqualsIgnoreCase(word.substr(0, 7), "VITESS_");
  if (p.Cur().kind != TokenKind::kIdent || (!vschema && !vitess)) {
    return false;
  }
  show->show = vschema ? ShowKind::kVschema : ShowKind::kVitess;
  std::string verb(word);
  p.Advance();
  if (vschema) {
    verb += ' ';
    verb += p.Text(p.Cur());
    if (!p.AcceptWord("TABLES") && !p.AcceptWord("VINDEXES") && !p.AcceptWord("KEYSPACES")) {
      p.SyntaxError();
    }
  }
  for (char& c : verb) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  show->verb = p.arena().CopyString(verb);
  if (p.Accept(Kw::kOn)) {
    show->name = p.ParseTableName();
  }
  ParseOptionalSchema(p, show);
  if (p.AtKind(TokenKind::kString)) {
    // SHOW VITESS_MIGRATION 'uuid' LOGS and the like.
    const uint32_t begin = p.Cur().begin;
    p.ParseTextString();
    p.Accept(Kw::kLogs);
    TakeArgument(p, show, begin);
  }
  ParseLikeOrWhere(p, show);
  show->limit = p.ParseOptionalLimit(true);
  return true;
}

void ParseShowStatusOrVariables(Parser& p, Show* show) {
  if (p.Accept(Kw::kStatus)) {
    show->show = ShowKind::kStatus;
  } else {
    p.Expect(Kw::kVariables);
    show->show = ShowKind::kVariables;
  }
  ParseLikeOrWhere(p, show);
}

void ParseShowBody(Parser& p, Show* show) {
  switch (p.Cur().keyword) {
    case Kw::kBinary:
      p.Advance();
      if (p.Accept(Kw::kLogs)) {
        show->show = ShowKind::kBinaryLogs;
      } else {
        p.Expect(Kw::kLog);
        p.Expect(Kw::kStatus);
        show->show = ShowKind::kBinaryLogStatus;
      }
      return;
    case Kw::kBinlog:
      p.Advance();
      show->show = ShowKind::kBinlogEvents;
      ParseShowEvents(p, show, false);
      return;
    case Kw::kRelaylog:
      p.Advance();
      show->show = ShowKind::kRelaylogEvents;
      ParseShowEvents(p, show, true);
      return;
    case Kw::kChar:
    case Kw::kCharacter:
      p.Advance();
      p.Expect(Kw::kSet);
      show->show = ShowKind::kCharacterSet;
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kCharset:
      p.Advance();
      show->show = ShowKind::kCharacterSet;
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kCollation:
      p.Advance();
      show->show = ShowKind::kCollation;
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kColumns:
    case Kw::kFields:
      p.Advance();
      ParseShowColumns(p, show);
      return;
    case Kw::kCreate:
      p.Advance();
      ParseShowCreate(p, show);
      return;
    case Kw::kDatabases:
    case Kw::kSchemas:
      p.Advance();
      show->show = ShowKind::kDatabases;
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kEngine:
      p.Advance();
      ParseShowEngine(p, show);
      return;
    case Kw::kStorage:
      p.Advance();
      p.Expect(Kw::kEngines);
      show->show = ShowKind::kEngines;
      return;
    case Kw::kEngines:
      p.Advance();
      show->show = ShowKind::kEngines;
      return;
    case Kw::kErrors:
    case Kw::kWarnings:
      show->show = p.Advance().keyword == Kw::kErrors ? ShowKind::kErrors : ShowKind::kWarnings;
      show->limit = p.ParseOptionalLimit(true);
      return;
    case Kw::kEvents:
      p.Advance();
      show->show = ShowKind::kEvents;
      ParseOptionalSchema(p, show);
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kFunction:
      p.Advance();
      ParseShowRoutine(p, show, ShowKind::kFunctionStatus, ShowKind::kFunctionCode, true);
      return;
    case Kw::kProcedure:
      p.Advance();
      ParseShowRoutine(p, show, ShowKind::kProcedureStatus, ShowKind::kProcedureCode, true);
      return;
    case Kw::kLibrary:
      p.Advance();
      ParseShowRoutine(p, show, ShowKind::kLibraryStatus, ShowKind::kLibraryStatus, false);
      return;
    case Kw::kGrants:
      p.Advance();
      show->show = ShowKind::kGrants;
      ParseShowGrants(p, show);
      return;
    case Kw::kIndex:
    case Kw::kIndexes:
    case Kw::kKeys:
      p.Advance();
      ParseShowIndex(p, show);
      return;
    case Kw::kOpen:
      p.Advance();
      p.Expect(Kw::kTables);
      show->show = ShowKind::kOpenTables;
      ParseOptionalSchema(p, show);
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kPlugins:
      p.Advance();
      show->show = ShowKind::kPlugins;
      return;
    case Kw::kPrivileges:
      p.Advance();
      show->show = ShowKind::kPrivileges;
      return;
    case Kw::kProcesslist:
      p.Advance();
      show->show = ShowKind::kProcesslist;
      return;
    case Kw::kProfile:
      p.Advance();
      show->show = ShowKind::kProfile;
      ParseShowProfile(p, show);
      return;
    case Kw::kProfiles:
      p.Advance();
      show->show = ShowKind::kProfiles;
      return;
    case Kw::kReplica: {
      p.Advance();
      p.Expect(Kw::kStatus);
      show->show = ShowKind::kReplicaStatus;
      const uint32_t begin = p.Cur().begin;
      ParseChannel(p);
      TakeArgument(p, show, begin);
      return;
    }
    case Kw::kReplicas:
      p.Advance();
      show->show = ShowKind::kReplicas;
      return;
    case Kw::kStatus:
    case Kw::kVariables:
      ParseShowStatusOrVariables(p, show);
      return;
    case Kw::kTable:
      p.Advance();
      p.Expect(Kw::kStatus);
      show->show = ShowKind::kTableStatus;
      ParseOptionalSchema(p, show);
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kTables:
      p.Advance();
      show->show = ShowKind::kTables;
      ParseOptionalSchema(p, show);
      ParseLikeOrWhere(p, show);
      return;
    case Kw::kTriggers:
      p.Advance();
      show->show = ShowKind::kTriggers;
      ParseOptionalSchema(p, show);
      ParseLikeOrWhere(p, show);
      return;
    default:
      break;
  }
  if (p.AtWord("COUNT") && p.Cur().symbol == '(') {
    p.Advance();
    p.ExpectSymbol('(');
    p.ExpectSymbol('*');
    p.ExpectSymbol(')');
    if (p.Accept(Kw::kErrors)) {
      show->show = ShowKind::kCountErrors;
    } else {
      p.Expect(Kw::kWarnings);
      show->show = ShowKind::kCountWarnings;
    }
    return;
  }
  if (p.At(Kw::kParseTree)) {
    // Only MySQL's debug builds have it; the others read the statement before they say so.
    const Token word = p.Advance();
    ParseStatement(p);
    p.SyntaxErrorAt(word.begin, word.end);
  }
  if (!ParseShowOurs(p, show)) {
    p.SyntaxError();
  }
}

}  // namespace

Statement* ParseShow(Parser& p) {
  auto* show = p.New<Show>(p.Advance().begin);
  if (p.Accept(Kw::kExtended)) {
    show->extended = true;
    show->full = p.Accept(Kw::kFull);
    const bool takes_full = p.AtAny({Kw::kColumns, Kw::kFields, Kw::kTables});
    if (!takes_full && (show->full || !p.AtAny({Kw::kIndex, Kw::kIndexes, Kw::kKeys}))) {
      p.SyntaxError();
    }
  } else if (p.Accept(Kw::kFull)) {
    show->full = true;
    if (!p.AtAny({Kw::kColumns, Kw::kFields, Kw::kTables, Kw::kTriggers, Kw::kProcesslist})) {
      p.SyntaxError();
    }
  } else if (p.AtAny({Kw::kGlobal, Kw::kSession, Kw::kLocal})) {
    const Kw scope = p.Advance().keyword;
    show->scope = scope == Kw::kGlobal    ? VariableScope::kGlobal
                  : scope == Kw::kSession ? VariableScope::kSession
                                          : VariableScope::kLocal;
    ParseShowStatusOrVariables(p, show);
    return p.Finish(show);
  }
  ParseShowBody(p, show);
  return p.Finish(show);
}

}  // namespace keyspan::parser
