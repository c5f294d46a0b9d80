// CREATE, ALTER, DROP, RENAME, TRUNCATE by the object's kind; indexes, views, databases.

#include "parser/parse_ddl.h"

namespace keyspan::parser {

namespace {

// ALGORITHM and LOCK, each at most once.
List<AlterAction*> ParseAlgorithmAndLock(Parser& p) {
  Parser::Collector<AlterAction*> modifiers(&p);
  const Kw first = p.Cur().keyword;
  if (AlterAction* modifier = ParseOptionalAlgorithmOrLock(p)) {
    modifiers.Add(modifier);
    if (!p.At(first)) {
      if (AlterAction* other = ParseOptionalAlgorithmOrLock(p)) {
        modifiers.Add(other);
      }
    }
  }
  return modifiers.Take();
}

}  // namespace

Statement* ParseCreateIndex(Parser& p, uint32_t begin) {
  auto* create = p.New<CreateIndex>(begin);
  auto* index = p.New<IndexDef>(p.Cur().begin);
  create->index = index;
  if (p.Accept(Kw::kUnique)) {
    index->index = IndexKind::kUnique;
  } else if (p.Accept(Kw::kFulltext)) {
    index->index = IndexKind::kFulltext;
  } else if (p.Accept(Kw::kSpatial)) {
    index->index = IndexKind::kSpatial;
  }
  p.Expect(Kw::kIndex);
  index->name = p.ParseIdent();
  if (index->index == IndexKind::kIndex || index->index == IndexKind::kUnique) {
    index->using_type = ParseOptionalIndexType(p, true);
  }
  p.Expect(Kw::kOn);
  create->table = p.ParseTableName();
  index->parts = ParseKeyParts(p);
  index->options = ParseIndexOptions(p, index);
  p.Finish(index);
  create->algorithm_and_lock = ParseAlgorithmAndLock(p);
  return p.Finish(create);
}

Statement* ParseDropIndex(Parser& p, uint32_t begin) {
  auto* drop = p.New<DropIndex>(begin);
  p.Expect(Kw::kIndex);
  if (p.At(Kw::kPrimary)) {
    p.SyntaxError();
  }
  drop->name = p.ParseIdent();
  p.Expect(Kw::kOn);
  drop->table = p.ParseTableName();
  drop->algorithm_and_lock = ParseAlgorithmAndLock(p);
  return p.Finish(drop);
}

// From [OR REPLACE] [ALGORITHM = x] [DEFINER = user] [SQL SECURITY x] VIEW on.
Statement* ParseCreateView(Parser& p, uint32_t begin, bool alter) {
  auto* view = p.New<CreateView>(begin);
  view->alter = alter;
  if (!alter && p.Accept(Kw::kOr)) {
    p.Expect(Kw::kReplace);
    view->or_replace = true;
  }
  if (p.Accept(Kw::kAlgorithm)) {
    p.ExpectSymbol('=');
    if (!p.AtAny({Kw::kUndefined, Kw::kMerge, Kw::kTemptable})) {
      p.SyntaxError();
    }
    view->algorithm = KeywordText(p.Advance().keyword);
  }
  if (p.Accept(Kw::kDefiner)) {
    p.ExpectSymbol('=');
    view->definer = p.ParseUserText();
  }
  if (p.Accept(Kw::kSql)) {
    p.Expect(Kw::kSecurity);
    if (!p.AtAny({Kw::kDefiner, Kw::kInvoker})) {
      p.SyntaxError();
    }
    view->security = KeywordText(p.Advance().keyword);
  }
  if (p.Accept(Kw::kMaterialized)) {
    view->materialized = true;
  } else if (p.Accept(Kw::kJson)) {
    p.Accept(Kw::kRelational);
    p.Expect(Kw::kDuality);
    view->json_duality = true;
  }
  p.Expect(Kw::kView);
  const Token if_not_exists = p.Cur();
  view->if_not_exists = p.AcceptIfNotExists();
  if (view->if_not_exists && (alter || view->or_replace)) {
    p.SyntaxErrorAt(if_not_exists.begin, if_not_exists.end);
  }
  view->view = p.ParseTableName();
  if (p.AtSymbol('(')) {
    view->columns = p.ParseParenIdentList();
  }
  p.Expect(Kw::kAs);
  view->query = p.ParseQueryExpression(false);
  if (p.Accept(Kw::kWith)) {
    view->check_option = "DEFAULT";
    if (p.At(Kw::kCascaded) || p.At(Kw::kLocal)) {
      view->check_option = KeywordText(p.Advance().keyword);
    }
    p.Expect(Kw::kCheck);
    p.Expect(Kw::kOption);
  }
  return p.Finish(view);
}

Statement* ParseDatabase(Parser& p, uint32_t begin, DatabaseVerb verb) {
  auto* database = p.New<DatabaseStatement>(begin);
  database->verb = verb;
  p.Advance();  // DATABASE or SCHEMA
  if (verb == DatabaseVerb::kCreate) {
    database->if_exists = p.AcceptIfNotExists();
  } else if (verb == DatabaseVerb::kDrop) {
    database->if_exists = p.AcceptIfExists();
  }
  if (verb != DatabaseVerb::kAlter) {
    database->name = p.ParseIdent();
  } else if (p.AtIdent()) {
    database->name = p.ParseIdent();  // even if it could be the first word of an option
  }
  if (verb == DatabaseVerb::kDrop) {
    return p.Finish(database);
  }
  Parser::Collector<Option*> options(&p);
  for (;;) {
    if (Option* option = ParseOptionalCharsetOption(p)) {
      options.Add(option);
    } else if (verb == DatabaseVerb::kAlter && p.At(Kw::kRead)) {
      auto* read_only = p.New<Option>(p.Cur().begin);
      p.Advance();
      p.Expect(Kw::kOnly);
      p.AcceptSymbol('=');
      read_only->name = "READ ONLY";
      ParseTernary(p, read_only);
      options.Add(p.Finish(read_only));
    } else {
      break;
    }
  }
  if (verb == DatabaseVerb::kAlter && options.size() == 0) {
    p.SyntaxError();
  }
  database->options = options.Take();
  return p.Finish(database);
}

Statement* ParseCreate(Parser& p) {
  const uint32_t begin = p.Cur().begin;
  // Other objects decide by the words after CREATE; they must not have consumed it.
  switch (p.Peek().keyword) {
    case Kw::kTable:
    case Kw::kExternal:
    case Kw::kTemporary:
      p.Advance();
      return ParseCreateTable(p, begin);
    case Kw::kUnique:
    case Kw::kFulltext:
    case Kw::kIndex:
      p.Advance();
      return ParseCreateIndex(p, begin);
    case Kw::kSpatial:
      if (p.PeekIs(Kw::kIndex, 2)) {
        p.Advance();
        return ParseCreateIndex(p, begin);
      }
      break;
    case Kw::kDatabase:
    case Kw::kSchema:
      p.Advance();
      return ParseDatabase(p, begin, DatabaseVerb::kCreate);
    case Kw::kAlgorithm:
    case Kw::kView:
    case Kw::kSql:
    case Kw::kMaterialized:
    case Kw::kJson:
      p.Advance();
      return ParseCreateView(p, begin, false);
    case Kw::kOr:
      if (p.PeekIs(Kw::kReplace, 2) && !p.PeekIs(Kw::kSpatial, 3)) {
        p.Advance();
        return ParseCreateView(p, begin, false);
      }
      break;
    default:
      break;
  }
  if (Statement* statement = ParseOther(p)) {
    return statement;
  }
  p.Advance();
  p.SyntaxError();
}

Statement* ParseAlter(Parser& p) {
  const uint32_t begin = p.Cur().begin;
  switch (p.Peek().keyword) {
    case Kw::kTable:
      p.Advance();
      return ParseAlterTable(p, begin);
    case Kw::kDatabase:
    case Kw::kSchema:
      p.Advance();
      return ParseDatabase(p, begin, DatabaseVerb::kAlter);
    case Kw::kAlgorithm:
    case Kw::kView:
    case Kw::kSql:
    case Kw::kMaterialized:
    case Kw::kJson:
      p.Advance();
      return ParseCreateView(p, begin, true);
    default:
      break;
  }
  if (Statement* statement = ParseOther(p)) {
    return statement;
  }
  p.Advance();
  p.SyntaxError();
}

Statement* ParseDrop(Parser& p) {
  const uint32_t begin = p.Cur().begin;
  switch (p.Peek().keyword) {
    case Kw::kTable:
    case Kw::kTables:
    case Kw::kTemporary:
    case Kw::kView: {
      p.Advance();
      auto* drop = p.New<DropTable>(begin);
      drop->temporary = p.Accept(Kw::kTemporary);
      if (!drop->temporary && p.Accept(Kw::kView)) {
        drop->view = true;
      } else if (!p.Accept(Kw::kTables)) {
        p.Expect(Kw::kTable);
      }
      drop->if_exists = p.AcceptIfExists();
      drop->tables = p.ParseTableNames();
      if (p.Accept(Kw::kRestrict)) {
        drop->behavior = DropBehavior::kRestrict;
      } else if (p.Accept(Kw::kCascade)) {
        drop->behavior = DropBehavior::kCascade;
      }
      return p.Finish(drop);
    }
    case Kw::kIndex:
      p.Advance();
      return ParseDropIndex(p, begin);
    case Kw::kDatabase:
    case Kw::kSchema:
      p.Advance();
      return ParseDatabase(p, begin, DatabaseVerb::kDrop);
    case Kw::kPrepare:
      return ParsePrepare(p);
    default:
      break;
  }
  if (Statement* statement = ParseOther(p)) {
    return statement;
  }
  p.Advance();
  p.SyntaxError();
}

Statement* ParseRename(Parser& p) {
  if (!p.PeekIs(Kw::kTable) && !p.PeekIs(Kw::kTables)) {
    if (Statement* statement = ParseOther(p)) {
      return statement;  // RENAME USER
    }
    p.Advance();
    p.SyntaxError();
  }
  auto* rename = p.New<RenameTable>(p.Advance().begin);
  p.Advance();
  Parser::Collector<RenamePair*> pairs(&p);
  do {
    auto* pair = p.New<RenamePair>(p.Cur().begin);
    pair->from = p.ParseTableName();
    p.Expect(Kw::kTo);
    pair->to = p.ParseTableName();
    pairs.Add(p.Finish(pair));
  } while (p.AcceptSymbol(','));
  rename->pairs = pairs.Take();
  return p.Finish(rename);
}

Statement* ParseTruncate(Parser& p) {
  auto* truncate = p.New<TruncateTable>(p.Advance().begin);
  p.Accept(Kw::kTable);
  truncate->table = p.ParseTableName();
  return p.Finish(truncate);
}

}  // namespace keyspan::parser
