// USE, transactions, EXPLAIN, PREPARE.

#include <algorithm>

#include "parser/statements.h"

namespace keyspan::parser {
namespace {

// What may follow a keyspace: shards, types of tablets and aliases are named in ASCII.
bool IsTargetSuffix(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') ||
           std::string_view("-_:@|./").find(c) != std::string_view::npos;
  });
}

}  // namespace

// USE schema, USE keyspace:shard@type|alias. The target may be written bare, in one piece without
// spaces.
Statement* ParseUse(Parser& p) {
  auto* use = p.New<Use>(p.Advance().begin);
  const uint32_t begin = p.Cur().begin;
  if (p.AtSymbol('@')) {
    use->target.begin = begin;
  } else {
    use->target = p.ParseIdent();
  }
  if (!p.AtEnd() &&
      p.Cur().begin == (use->target.quoted || !use->target.empty() ? p.prev_end() : begin)) {
    if (!p.AtSymbol(':') && !p.AtSymbol('@')) {
      p.SyntaxError();
    }
    const uint32_t suffix = p.Cur().begin;
    uint32_t end = suffix;
    while (!p.AtEnd() && p.Cur().begin == end) {
      if (p.AtKind(TokenKind::kInvalid)) {
        p.SyntaxError();
      }
      end = p.Advance().end;
    }
    if (!IsTargetSuffix(p.SourceText(suffix, end))) {
      p.SyntaxErrorAt(suffix, end);
    }
    use->target.text = DecodeName(p.SourceText(begin, end), p.options().charset, p.arena());
    use->target.quoted = false;
  }
  std::string_view rest = use->target.text;
  if (const size_t bar = rest.find('|'); bar != std::string_view::npos) {
    use->alias = rest.substr(bar + 1);
    rest = rest.substr(0, bar);
  }
  if (const size_t at = rest.find('@'); at != std::string_view::npos) {
    use->type = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  if (const size_t colon = rest.find(':'); colon != std::string_view::npos) {
    use->shard = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  use->keyspace = rest;
  return p.Finish(use);
}

namespace {

// [WORK] [AND [NO] CHAIN] [[NO] RELEASE]
void ParseCompletion(Parser& p, Transaction* transaction) {
  if (p.Accept(Kw::kAnd)) {
    transaction->chain = p.Accept(Kw::kNo) ? TriState::kNo : TriState::kYes;
    p.Expect(Kw::kChain);
  }
  if (p.Accept(Kw::kNo)) {
    p.Expect(Kw::kRelease);
    transaction->release = TriState::kNo;
  } else if (p.At(Kw::kRelease)) {
    if (transaction->chain == TriState::kYes) {
      p.SyntaxError();
    }
    p.Advance();
    transaction->release = TriState::kYes;
  }
}

void ParseStartOptions(Parser& p, Transaction* transaction) {
  do {
    if (p.Accept(Kw::kWith)) {
      p.Expect(Kw::kConsistent);
      p.Expect(Kw::kSnapshot);
      transaction->consistent_snapshot = true;
    } else {
      p.Expect(Kw::kRead);
      const AccessMode mode = p.Accept(Kw::kOnly) ? AccessMode::kReadOnly : AccessMode::kReadWrite;
      if (mode == AccessMode::kReadWrite) {
        p.Expect(Kw::kWrite);
      }
      if (transaction->access != AccessMode::kUnset && transaction->access != mode) {
        p.SyntaxError();
      }
      transaction->access = mode;
    }
  } while (p.AcceptSymbol(','));
}

}  // namespace

// BEGIN, START TRANSACTION, COMMIT, ROLLBACK, SAVEPOINT, RELEASE SAVEPOINT
Statement* ParseTransaction(Parser& p) {
  auto* transaction = p.New<Transaction>(p.Cur().begin);
  switch (p.Advance().keyword) {
    case Kw::kBegin:
      p.Accept(Kw::kWork);
      break;
    case Kw::kStart:
      p.Expect(Kw::kTransaction);
      transaction->start_syntax = true;
      if (!p.AtEnd()) {
        ParseStartOptions(p, transaction);
      }
      break;
    case Kw::kCommit:
      transaction->verb = TransactionVerb::kCommit;
      p.Accept(Kw::kWork);
      ParseCompletion(p, transaction);
      break;
    case Kw::kRollback:
      transaction->verb = TransactionVerb::kRollback;
      p.Accept(Kw::kWork);
      if (p.Accept(Kw::kTo)) {
        p.Accept(Kw::kSavepoint);
        transaction->verb = TransactionVerb::kRollbackTo;
        transaction->savepoint = p.ParseIdent();
      } else {
        ParseCompletion(p, transaction);
      }
      break;
    case Kw::kSavepoint:
      transaction->verb = TransactionVerb::kSavepoint;
      transaction->savepoint = p.ParseIdent();
      break;
    default:  // RELEASE
      p.Expect(Kw::kSavepoint);
      transaction->verb = TransactionVerb::kRelease;
      transaction->savepoint = p.ParseIdent();
      break;
  }
  return p.Finish(transaction);
}

namespace {

bool AtExplainable(Parser& p) {
  return p.AtQueryStart() || p.AtSymbol('(') ||
         p.AtAny({Kw::kInsert, Kw::kReplace, Kw::kUpdate, Kw::kDelete});
}

Statement* ParseExplainable(Parser& p) {
  if (!AtExplainable(p)) {
    p.SyntaxError();
  }
  return ParseStatement(p);
}

std::string UpperCase(std::string_view word) {
  std::string upper(word);
  for (char& c : upper) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return upper;
}

}  // namespace

Statement* ParseExplain(Parser& p) {
  auto* explain = p.New<Explain>(p.Advance().begin);
  if (p.Accept(Kw::kAnalyze)) {
    explain->analyze = true;
  }
  const auto into = [&] {
    if (explain->into_variable.empty() && p.Accept(Kw::kInto)) {
      if (explain->format.empty()) {
        p.Fail(6006, "HY000", "EXPLAIN INTO does not support implicit FORMAT.");
      }
      p.ExpectSymbol('@');
      explain->into_variable = p.ParseIdentOrText();
      if (!EqualsIgnoreCase(explain->format.text, "JSON")) {
        p.Fail(6007, "0A000",
               "EXPLAIN INTO does not support FORMAT=" + UpperCase(explain->format.text) + ".");
      }
    }
  };
  into();
  if (p.At(Kw::kFormat) && p.PeekIsSymbol('=')) {
    p.Advance();
    p.Advance();
    explain->format = p.ParseIdentOrText();
  }
  into();
  if (p.At(Kw::kFor) && (p.PeekIs(Kw::kSchema) || p.PeekIs(Kw::kDatabase))) {
    p.Advance();
    p.Advance();
    explain->schema = p.ParseIdentOrText();
  } else if (p.At(Kw::kFor)) {
    p.Advance();
    p.Expect(Kw::kConnection);
    explain->explain = ExplainKind::kConnection;
    explain->connection_id = p.ParseRealUlong();
    return p.Finish(explain);
  }
  const bool options = explain->analyze || !explain->format.empty() ||
                       !explain->into_variable.empty() || !explain->schema.empty();
  if (options || AtExplainable(p)) {
    explain->statement = ParseExplainable(p);
    return p.Finish(explain);
  }
  explain->explain = ExplainKind::kTable;
  explain->table = p.ParseTableName();
  if (p.AtKind(TokenKind::kString)) {
    explain->pattern = p.ParseTextString();
  } else if (p.AtIdent()) {
    explain->column = p.ParseIdent();
  }
  return p.Finish(explain);
}

Statement* ParseVexplain(Parser& p) {
  auto* explain = p.New<Explain>(p.Advance().begin);
  explain->vexplain = true;
  for (const std::string_view kind : {"PLAN", "QUERIES", "ALL", "TRACE", "KEYS"}) {
    if (p.AtWord(kind)) {
      p.Advance();
      explain->vexplain_kind = kind;
      break;
    }
  }
  explain->statement = ParseExplainable(p);
  return p.Finish(explain);
}

// PREPARE, EXECUTE, DEALLOCATE PREPARE, DROP PREPARE
Statement* ParsePrepare(Parser& p) {
  auto* prepare = p.New<PrepareStatement>(p.Cur().begin);
  switch (p.Advance().keyword) {
    case Kw::kPrepare:
      prepare->name = p.ParseIdent();
      p.Expect(Kw::kFrom);
      if (p.AcceptAtSign()) {
        prepare->variable = p.New<UserVariable>(p.prev_end() - 1);
        prepare->variable->name = p.ParseIdentOrText();
        p.Finish(prepare->variable);
      } else if (p.AtKind(TokenKind::kString)) {
        prepare->text = p.ParseTextString();
      } else {
        p.SyntaxError();
      }
      break;
    case Kw::kExecute:
      prepare->verb = PrepareVerb::kExecute;
      prepare->name = p.ParseIdent();
      if (p.Accept(Kw::kUsing)) {
        Parser::Collector<Expr*> arguments(&p);
        do {
          auto* variable = p.New<UserVariable>(p.Cur().begin);
          p.ExpectAtSign();
          variable->name = p.ParseIdentOrText();
          arguments.Add(p.Finish(variable));
        } while (p.AcceptSymbol(','));
        prepare->arguments = arguments.Take();
      }
      break;
    default:
      p.Expect(Kw::kPrepare);
      prepare->verb = PrepareVerb::kDeallocate;
      prepare->name = p.ParseIdent();
      break;
  }
  return p.Finish(prepare);
}

}  // namespace keyspan::parser
