#include "parser/parse_pattern.h"

#include <algorithm>
#include <cassert>

namespace keyspan::parser {

struct Pattern::Recorded {
  OtherStatement* statement;
  std::vector<TableName*> names;
  std::vector<std::string_view> words;
};

namespace {

std::string_view NextWord(std::string_view* rest) {
  while (!rest->empty() && rest->front() == ' ') {
    rest->remove_prefix(1);
  }
  const size_t size = std::min(rest->find(' '), rest->size());
  const std::string_view word = rest->substr(0, size);
  rest->remove_prefix(size);
  return word;
}

// *, *.*, schema.*, [schema.]name
TableName* ParseGrantObject(Parser& p) {
  auto* object = p.New<TableName>(p.Cur().begin);
  const bool any_schema = p.AcceptSymbol('*');
  if (any_schema) {
    object->name.text = "*";
  } else {
    object->name = p.ParseIdent();
  }
  if (p.AcceptSymbol('.')) {
    object->schema = object->name;
    if (p.AcceptSymbol('*')) {
      object->name = {};
      object->name.text = "*";
    } else if (any_schema) {
      p.SyntaxError();
    } else {
      object->name = p.ParseIdent();
    }
  }
  return p.Finish(object);
}

void SkipRest(Parser& p) {
  int depth = 0;
  while (!p.AtEnd()) {
    if (p.AtKind(TokenKind::kInvalid)) {
      p.SyntaxError();
    }
    depth += p.AtSymbol('(') ? 1 : p.AtSymbol(')') ? -1 : 0;
    if (depth < 0) {
      p.SyntaxError();
    }
    p.Advance();
  }
  if (depth != 0) {
    p.SyntaxError();
  }
}

// 1, 0-3 and so on: the processors of a resource group, with or without commas.
void ParseProcessors(Parser& p) {
  do {
    p.ParseNumber();
    if (p.AcceptSymbol('-')) {
      p.ParseNumber();
    }
  } while (p.AcceptSymbol(',') || p.AtKind(TokenKind::kInteger));
}

// The flags of CHANGE REPLICATION SOURCE for which MySQL has a message of its own.
void ParseSourceFlag(Parser& p, std::string_view name) {
  if (p.AtKind(TokenKind::kInteger) && p.Text(p.Cur()) != "0" && p.Text(p.Cur()) != "1") {
    if (name != "GTID_ONLY") {
      p.SyntaxError();
    }
    p.SyntaxErrorBecause(std::string("You have an error in your CHANGE REPLICATION SOURCE syntax; ")
                             .append(name)
                             .append(" only accepts values 0 or 1"));
  }
  p.ParseRealUlong();
}

// The condition of SIGNAL: a name that a stored program has declared.
void ParseSignalledCondition(Parser& p) {
  const Ident name = p.ParseIdent();
  if (p.program() == nullptr) {
    p.Fail(1319, "42000", "Undefined CONDITION: " + std::string(name.text));
  }
  const std::optional<ConditionValue> value = p.program()->Condition(name);
  if (value && value->kind != ConditionValue::kSqlstate) {
    p.Fail(1646, "HY000", "SIGNAL/RESIGNAL can only use a CONDITION defined with SQLSTATE");
  }
}

// `text` with the texts of the parts that it names.
std::string Expand(std::string_view text, std::span<const PatternPart> parts) {
  std::string expanded;
  for (std::string_view word = NextWord(&text); !word.empty(); word = NextWord(&text)) {
    expanded += expanded.empty() ? "" : " ";
    if (word[0] != '%') {
      expanded += word;
      continue;
    }
    const auto part = std::find_if(parts.begin(), parts.end(), [&](const PatternPart& candidate) {
      return candidate.name == word.substr(1);
    });
    assert(part != parts.end());
    expanded += Expand(part->text, parts);
  }
  return expanded;
}

bool AtUser(Parser& p) { return p.AtIdentOrText() || p.At(Kw::kCurrentUser); }

}  // namespace

Pattern::Pattern(std::string_view text) {
  std::vector<std::vector<Item>> alternatives = Compile(&text);
  items_ = std::move(alternatives[0]);
}

// Up to the closing bracket of the group, or the end.
std::vector<std::vector<Pattern::Item>> Pattern::Compile(std::string_view* rest) {
  std::vector<std::vector<Item>> alternatives(1);
  for (;;) {
    const std::string_view word = NextWord(rest);
    if (word.empty() || word == "]" || word == ")" || word[0] == '}') {
      if (word.size() == 2) {
        alternatives[0].insert(alternatives[0].begin(),
                               Item{Kind::kRepeat, "", false, word[1], {}});
      }
      return alternatives;
    }
    if (word == "|") {
      alternatives.emplace_back();
    } else if (word == "[" || word == "(" || word == "{") {
      Item item{word == "["   ? Kind::kOptional
                : word == "(" ? Kind::kChoice
                              : Kind::kRepeat,
                "", false, 0, Compile(rest)};
      if (item.kind == Kind::kRepeat) {
        // The closing bracket left its repeat sign in front.
        item.repeat = item.alternatives[0].front().repeat;
        item.alternatives[0].erase(item.alternatives[0].begin());
      }
      alternatives.back().push_back(std::move(item));
    } else if (word[0] == '<') {
      alternatives.back().push_back(Item{Kind::kSlot, std::string(word), false, 0, {}});
    } else if (word[0] == '\'') {
      alternatives.back().push_back(Item{Kind::kSymbol, std::string(1, word[1]), false, 0, {}});
    } else {
      const bool record = word[0] == ':';
      alternatives.back().push_back(
          Item{Kind::kWord, std::string(word.substr(record ? 1 : 0)), record, 0, {}});
    }
  }
}

bool Pattern::CanStart(Parser& p, const std::vector<Item>& items) {
  for (const Item& item : items) {
    if (CanStart(p, item)) {
      return true;
    }
    const bool skippable =
        item.kind == Kind::kOptional ||
        (item.kind == Kind::kRepeat && (item.repeat == '*' || item.repeat == '~')) ||
        item.text == "<ifexists>" || item.text == "<ifnotexists>";
    if (!skippable) {
      return false;
    }
  }
  return items.empty();
}

bool Pattern::CanStart(Parser& p, const Item& item) {
  switch (item.kind) {
    case Kind::kWord:
      return p.AtWord(item.text);
    case Kind::kSymbol:
      return p.AtSymbol(item.text[0]);
    case Kind::kOptional:
    case Kind::kChoice:
    case Kind::kRepeat:
      for (const auto& alternative : item.alternatives) {
        if (CanStart(p, alternative)) {
          return true;
        }
      }
      return false;
    case Kind::kSlot:
      break;
  }
  if (item.text == "<table>" || item.text == "<name>" || item.text == "<ident>" ||
      item.text == "<programvar>" || item.text == "<condition>" || item.text == "<variable>" ||
      item.text == "<persisted>") {
    return p.AtIdent();
  }
  if (item.text == "<user>") {
    return AtUser(p);
  }
  if (item.text == "<role>") {
    return p.AtRole();
  }
  if (item.text == "<text>") {
    return p.AtIdentOrText();
  }
  if (item.text == "<string>") {
    return p.AtKind(TokenKind::kString);
  }
  if (item.text == "<hexstring>" || item.text == "<xid>") {
    return p.AtKind(TokenKind::kString) || p.AtKind(TokenKind::kHex) || p.AtKind(TokenKind::kBit);
  }
  if (item.text == "<number>") {
    return p.AtKind(TokenKind::kInteger);
  }
  if (item.text == "<ulong>" || item.text == "<realulong>" || item.text == "<size>") {
    return p.AtNumberToken();
  }
  if (item.text == "<ifexists>" || item.text == "<ifnotexists>") {
    return p.At(Kw::kIf);
  }
  if (item.text == "<params>" || item.text == "<functionparams>") {
    return p.AtSymbol('(');
  }
  if (item.text == "<var>") {
    return p.AtSymbol('@');
  }
  if (item.text == "<word>") {
    return p.AtKind(TokenKind::kIdent);
  }
  if (item.text == "<dollar>") {
    return p.AtKind(TokenKind::kDollarString);
  }
  if (item.text == "<userfunction>") {
    return p.At(Kw::kUser) && p.PeekIsSymbol('(');
  }
  if (item.text == "<privs>" || item.text == "<otherwise>") {
    return true;
  }
  return !p.AtEnd();
}

void Pattern::MatchSlot(Parser& p, const std::string& slot, Recorded* recorded) {
  if (slot == "<table>") {
    recorded->names.push_back(p.ParseTableName());
  } else if (slot == "<name>") {
    auto* name = p.New<TableName>(p.Cur().begin);
    name->name = p.ParseIdent();
    recorded->names.push_back(p.Finish(name));
  } else if (slot == "<user>") {
    recorded->names.push_back(p.ParseUser());
  } else if (slot == "<role>") {
    recorded->names.push_back(p.ParseRole());
  } else if (slot == "<ident>") {
    p.ParseIdent();
  } else if (slot == "<text>") {
    p.ParseIdentOrText();
  } else if (slot == "<string>") {
    p.ParseStringToken();
  } else if (slot == "<hexstring>") {
    p.ParseTextString();
  } else if (slot == "<number>") {
    p.ParseNumber();
  } else if (slot == "<ulong>") {
    p.ParseUlong();
  } else if (slot == "<ulonglong>") {
    p.ParseUlonglong();
  } else if (slot == "<realulong>") {
    p.ParseRealUlong();
  } else if (slot == "<size>") {
    p.ParseSize();
  } else if (slot == "<processors>") {
    ParseProcessors(p);
  } else if (slot == "<failoverflag>") {
    ParseSourceFlag(p, "SOURCE_CONNECTION_AUTO_FAILOVER");
  } else if (slot == "<gtidflag>") {
    ParseSourceFlag(p, "GTID_ONLY");
  } else if (slot == "<dollar>") {
    p.Advance();
  } else if (slot == "<userfunction>") {
    p.Advance();
    p.ExpectSymbol('(');
    p.ExpectSymbol(')');
  } else if (slot == "<routinename>") {
    // Only a stored function may be in a schema.
    recorded->names.push_back(p.ParseTableName());
    if (!recorded->names.back()->schema.empty() && !p.AtSymbol('(')) {
      p.SyntaxError();
    }
  } else if (slot == "<unit>") {
    p.ParseIntervalUnit();
  } else if (slot == "<program>") {
    p.StartProgram(recorded->statement->other == OtherKind::kCreateTrigger ? ProgramKind::kTrigger
                                                                           : ProgramKind::kEvent);
    ParseProgramStep(p);
    recorded->statement->session_effect = p.EndProgram();
  } else if (slot == "<variable>" || slot == "<persisted>") {
    if (p.AtAny({Kw::kGlobal, Kw::kLocal, Kw::kPersist, Kw::kPersistOnly, Kw::kSession})) {
      p.SyntaxError();
    }
    p.ParseIdent();
    if (p.AcceptSymbol('.')) {
      p.ParseIdent();
    }
  } else if (slot == "<programvar>") {
    p.RequireVariable(p.ParseIdent());
  } else if (slot == "<sqlstate>") {
    p.ParseSqlstate();
  } else if (slot == "<condition>") {
    ParseSignalledCondition(p);
  } else if (slot == "<word>") {
    if (!p.AtKind(TokenKind::kIdent)) {
      p.SyntaxError();
    }
    p.Advance();
  } else if (slot == "<simple>") {
    // A literal, a variable or the parameter of a stored program.
    if (p.AtSymbol('-') || p.AtSymbol('+') || p.AtSymbol('(')) {
      p.SyntaxError();
    }
    if (p.AtIdent()) {
      p.ParseColumnRef();
    } else if (p.AtSymbol('@') || p.AtKind(TokenKind::kAtAt)) {
      p.ParseSimpleExpr();
    } else {
      p.ParseSignedLiteral();
    }
  } else if (slot == "<otherwise>") {
    // Makes an alternative the last resort.
  } else if (slot == "<port>") {
    // Only in one piece with the account.
    const bool apart = p.Cur().begin != p.prev_end() || p.Peek().begin != p.Cur().end;
    if (!p.AtSymbol(':') || apart) {
      p.SyntaxError();
    }
    p.Advance();
    p.ParseUlong();
  } else if (slot == "<masterkey>") {
    const Token which = p.Cur();
    p.ParseIdent();
    p.Expect(Kw::kMaster);
    p.Expect(Kw::kKey);
    if (!EqualsIgnoreCase(p.Text(which), "INNODB") && which.keyword != Kw::kBinlog) {
      p.SyntaxErrorAt(which.begin, which.end);
    }
  } else if (slot == "<notables>") {
    if (p.At(Kw::kFor)) {
      p.SyntaxErrorBecause("No tables used");
    }
  } else if (slot == "<nolanguage>") {
    if (p.At(Kw::kAs)) {
      p.SyntaxErrorBecause("Language is not specified for library.");
    }
  } else if (slot == "<assign>") {
    if (p.AtKind(TokenKind::kAssign)) {
      p.Advance();
    } else {
      p.ExpectSymbol('=');
    }
  } else if (slot == "<end>") {
    if (!p.AtEnd()) {
      p.SyntaxError();
    }
  } else if (slot == "<more>") {
    if (p.AtEnd()) {
      p.SyntaxError();
    }
  } else if (slot == "<expr>") {
    p.ParseExpr();
  } else if (slot == "<literal>") {
    p.ParseSignedLiteral();
  } else if (slot == "<var>") {
    p.ExpectSymbol('@');
    p.ParseIdentOrText();
  } else if (slot == "<value>") {
    recorded->statement->value = p.ParseExpr();
  } else if (slot == "<xid>") {
    recorded->statement->value = p.ParseTextString();
    if (p.AcceptSymbol(',')) {
      p.ParseTextString();
      if (p.AcceptSymbol(',')) {
        p.ParseUlong();
      }
    }
  } else if (slot == "<ifexists>") {
    recorded->statement->if_exists = p.AcceptIfExists();
  } else if (slot == "<ifnotexists>") {
    recorded->statement->if_not_exists = p.AcceptIfNotExists();
  } else if (slot == "<query>") {
    p.ParseQueryExpression(false);
  } else if (slot == "<type>") {
    p.ParseDataType();
    if (p.Accept(Kw::kCollate)) {
      p.ParseCollationName();
    }
  } else if (slot == "<params>") {
    ParseRoutineParams(p, false);
  } else if (slot == "<functionparams>") {
    ParseRoutineParams(p, true);
  } else if (slot == "<routine>") {
    recorded->statement->session_effect = ParseRoutineBody(p, *recorded->names.front());
  } else if (slot == "<privs>") {
    ParsePrivileges(p);
  } else if (slot == "<object>") {
    recorded->names.push_back(ParseGrantObject(p));
  } else {
    SkipRest(p);
  }
}

void Pattern::MatchItem(Parser& p, const Item& item, Recorded* recorded) {
  const auto match_one_of = [&] {
    for (const auto& alternative : item.alternatives) {
      if (CanStart(p, alternative)) {
        MatchItems(p, alternative, recorded);
        return true;
      }
    }
    return false;
  };
  switch (item.kind) {
    case Kind::kWord:
      if (!p.AtWord(item.text)) {
        p.SyntaxError();
      }
      if (item.record) {
        recorded->words.push_back(p.arena().CopyString(item.text));
      }
      p.Advance();
      return;
    case Kind::kSymbol:
      p.ExpectSymbol(item.text[0]);
      return;
    case Kind::kSlot:
      MatchSlot(p, item.text, recorded);
      return;
    case Kind::kOptional:
      match_one_of();
      return;
    case Kind::kChoice:
      if (!match_one_of()) {
        p.SyntaxError();
      }
      return;
    case Kind::kRepeat:
      if (item.repeat == ',') {
        do {
          if (!match_one_of()) {
            p.SyntaxError();
          }
        } while (p.AcceptSymbol(','));
        return;
      }
      if (item.repeat == '~') {
        for (bool more = match_one_of(); more;) {
          const bool comma = p.AcceptSymbol(',');
          more = match_one_of();
          if (comma && !more) {
            p.SyntaxError();
          }
        }
        return;
      }
      if (item.repeat == '+' && !match_one_of()) {
        p.SyntaxError();
      }
      while (!p.AtEnd() && match_one_of()) {
      }
      return;
  }
}

void Pattern::MatchItems(Parser& p, const std::vector<Item>& items, Recorded* recorded) {
  for (const Item& item : items) {
    MatchItem(p, item, recorded);
  }
}

void Pattern::Match(Parser& p, OtherStatement* statement) const {
  const Parser::Nesting nesting(&p);
  Recorded recorded{statement, {}, {}};
  MatchItems(p, items_, &recorded);
  statement->names = MakeList<TableName*>(p.arena(), recorded.names);
  statement->words = MakeList<std::string_view>(p.arena(), recorded.words);
}

void PatternTable::Add(std::span<const StatementPattern> patterns,
                       std::span<const PatternPart> parts) {
  for (const StatementPattern& pattern : patterns) {
    Entry entry{pattern.kind, {}, Pattern(Expand(pattern.rest, parts))};
    std::string_view lead = pattern.lead;
    for (std::string_view word = NextWord(&lead); !word.empty(); word = NextWord(&lead)) {
      entry.lead.emplace_back(word);
    }
    entries_.push_back(std::move(entry));
  }
}

Statement* PatternTable::Parse(Parser& p, bool last) const {
  return ParseAfter(p, 0, p.Cur().begin, last);
}

Statement* PatternTable::ParseAfter(Parser& p, size_t skip, uint32_t begin, bool last) const {
  const auto token_is = [&](size_t i, const std::string& word) {
    const Token& token = i == 0 ? p.Cur() : p.Peek(static_cast<int>(i));
    return token.kind == TokenKind::kIdent && EqualsIgnoreCase(p.Text(token), word);
  };
  size_t longest = 0;
  for (const Entry& entry : entries_) {
    size_t matched = skip;
    while (matched < entry.lead.size() && token_is(matched - skip, entry.lead[matched])) {
      ++matched;
    }
    longest = std::max(longest, matched - skip);
    if (matched < entry.lead.size()) {
      continue;
    }
    for (; matched > skip; --matched) {
      p.Advance();
    }
    auto* statement = p.New<OtherStatement>(begin);
    statement->other = entry.kind;
    entry.rest.Match(p, statement);
    statement->text = p.SourceText(begin, p.prev_end());
    return p.Finish(statement);
  }
  if (last && longest > 0) {
    for (; longest > 0; --longest) {
      p.Advance();
    }
    p.SyntaxError();
  }
  return nullptr;
}

}  // namespace keyspan::parser
