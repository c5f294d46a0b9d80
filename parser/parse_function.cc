// Function calls. Three kinds of names: keywords with a fixed number of arguments (a wrong number
// is a syntax error in MySQL), names that are keywords only before `(` (function_words.h), and all
// others, which take any arguments here.

#include "parser/parser_core.h"

namespace keyspan::parser {
namespace {

struct Arity {
  int min;
  int max;  // -1: any
};
constexpr Arity kNoFunction = {-1, -1};

// Keywords that are functions with plain arguments when `(` follows.
Arity PlainKeywordFunction(Kw keyword) {
  switch (keyword) {
    case Kw::kAscii:
    case Kw::kCharset:
    case Kw::kCollation:
    case Kw::kDate:
    case Kw::kDay:
    case Kw::kSqlTsiDay:
    case Kw::kSqlTsiHour:
    case Kw::kSqlTsiMinute:
    case Kw::kSqlTsiMonth:
    case Kw::kSqlTsiQuarter:
    case Kw::kSqlTsiSecond:
    case Kw::kSqlTsiYear:
    case Kw::kHour:
    case Kw::kMicrosecond:
    case Kw::kMinute:
    case Kw::kMonth:
    case Kw::kQuarter:
    case Kw::kReverse:
    case Kw::kSecond:
    case Kw::kTime:
    case Kw::kYear:
      return {1, 1};
    case Kw::kDatabase:
    case Kw::kSchema:
    case Kw::kRowCount:
    case Kw::kUser:
      return {0, 0};
    case Kw::kFormat:
      return {2, 3};
    case Kw::kIf:
    case Kw::kReplace:
      return {3, 3};
    case Kw::kInsert:
      return {4, 4};
    case Kw::kLeft:
    case Kw::kMod:
    case Kw::kPoint:
    case Kw::kRepeat:
    case Kw::kRight:
    case Kw::kTruncate:
      return {2, 2};
    case Kw::kTimestamp:
    case Kw::kWeek:
    case Kw::kSqlTsiWeek:
    case Kw::kLog:
      return {1, 2};
    case Kw::kCoalesce:
    case Kw::kGrouping:
    case Kw::kLinestring:
    case Kw::kMultilinestring:
    case Kw::kMultipoint:
    case Kw::kMultipolygon:
    case Kw::kPolygon:
      return {1, -1};
    case Kw::kGeometrycollection:
    case Kw::kGeomcollection:
      return {0, -1};
    default:
      return kNoFunction;
  }
}

bool IsWindowFunction(Kw keyword) {
  switch (keyword) {
    case Kw::kRowNumber:
    case Kw::kRank:
    case Kw::kDenseRank:
    case Kw::kCumeDist:
    case Kw::kPercentRank:
    case Kw::kNtile:
    case Kw::kLead:
    case Kw::kLag:
    case Kw::kFirstValue:
    case Kw::kLastValue:
    case Kw::kNthValue:
      return true;
    default:
      return false;
  }
}

}  // namespace

FunctionCall* Parser::NewCall(const Token& name) {
  auto* call = New<FunctionCall>(name.begin);
  call->name.text = Text(name);
  call->name.begin = name.begin;
  return call;
}

List<Expr*> Parser::ParseArguments(int min, int max) {
  Collector<Expr*> args(this);
  if (!AtSymbol(')')) {
    if (max == 0) {
      SyntaxError();
    }
    args.Add(ParseExpr());
    while (AtSymbol(',')) {
      if (max >= 0 && static_cast<int>(args.size()) >= max) {
        SyntaxError();
      }
      Advance();
      args.Add(ParseExpr());
    }
  }
  if (static_cast<int>(args.size()) < min) {
    SyntaxError();
  }
  ExpectSymbol(')');
  return args.Take();
}

// NOW, NOW(), NOW(6): the precision becomes an argument.
void Parser::ParseOptionalPrecision(FunctionCall* call) {
  if (!AcceptSymbol('(')) {
    call->form = CallForm::kNoParens;
    return;
  }
  if (!AtSymbol(')')) {
    Collector<Expr*> args(this);
    args.Add(ParseNumber());
    call->args = args.Take();
  }
  ExpectSymbol(')');
}

Expr* Parser::ParseKeywordFunction() {
  const Kw keyword = cur_.keyword;
  switch (keyword) {
    case Kw::kNull:
      return NewLiteral(LiteralKind::kNull, Advance());
    case Kw::kTrue:
      return NewLiteral(LiteralKind::kTrue, Advance());
    case Kw::kFalse:
      return NewLiteral(LiteralKind::kFalse, Advance());
    case Kw::kDate:
      if (Expr* literal = ParseTemporalOrNull(LiteralKind::kDate)) {
        return literal;
      }
      break;
    case Kw::kTime:
      if (Expr* literal = ParseTemporalOrNull(LiteralKind::kTime)) {
        return literal;
      }
      break;
    case Kw::kTimestamp:
      if (Expr* literal = ParseTemporalOrNull(LiteralKind::kTimestamp)) {
        return literal;
      }
      break;
    case Kw::kCase:
      return ParseCase();
    case Kw::kMatch:
      return ParseMatch();
    case Kw::kConvert:
      return ParseCastFunction(true);
    case Kw::kExists: {
      auto* node = New<ExistsExpr>(cur_.begin);
      Advance();
      node->subquery = ParseSubquery();
      return Finish(node);
    }
    case Kw::kRow: {
      auto* row = New<RowExpr>(cur_.begin);
      Advance();
      ExpectSymbol('(');
      row->with_keyword = true;
      row->items = ParseArguments(2, -1);
      return Finish(row);
    }
    case Kw::kInterval: {
      const uint32_t begin = cur_.begin;
      Expr* left = ParseIntervalPrimary();
      if (!Is<IntervalExpr>(left)) {
        return left;
      }
      // INTERVAL 1 DAY + x: the right side takes in everything looser than AND.
      auto* node = New<Binary>(begin);
      ExpectSymbol('+');
      const Nesting nesting(this);
      node->left = left;
      node->right = ParseNot();
      return Finish(node);
    }
    case Kw::kDefault: {
      auto* node = New<DefaultExpr>(cur_.begin);
      Advance();
      ExpectSymbol('(');
      node->column = ParseColumnRef();
      ExpectSymbol(')');
      return Finish(node);
    }
    case Kw::kValues: {
      auto* node = New<InsertedValue>(cur_.begin);
      Advance();
      ExpectSymbol('(');
      node->column = ParseColumnRef();
      ExpectSymbol(')');
      return Finish(node);
    }
    case Kw::kCurrentUser:
    case Kw::kCurrentDate:
    case Kw::kUtcDate: {
      FunctionCall* call = NewCall(Advance());
      if (AcceptSymbol('(')) {
        ExpectSymbol(')');
      } else {
        call->form = CallForm::kNoParens;
      }
      return Finish(call);
    }
    case Kw::kCurrentTime:
    case Kw::kCurrentTimestamp:
    case Kw::kLocaltime:
    case Kw::kLocaltimestamp:
    case Kw::kUtcTime:
    case Kw::kUtcTimestamp: {
      FunctionCall* call = NewCall(Advance());
      ParseOptionalPrecision(call);
      return Finish(call);
    }
    case Kw::kChar:
    case Kw::kCharacter: {
      FunctionCall* call = NewCall(Advance());
      ExpectSymbol('(');
      call->args = ParseExprList();
      if (Accept(Kw::kUsing)) {
        call->form = CallForm::kCharUsing;
        call->charset = ParseCharsetName();
      }
      ExpectSymbol(')');
      return Finish(call);
    }
    default:
      break;
  }
  if (IsWindowFunction(keyword)) {
    return ParseWindowFunction();
  }
  if (!PeekIsSymbol('(')) {
    if (IsReserved(keyword) && PlainKeywordFunction(keyword).min >= 0) {
      Advance();
      SyntaxError();  // its parenthesis is what is missing
    }
    return nullptr;
  }
  switch (keyword) {
    case Kw::kAvg:
      return ParseAggregate(Advance(), FunctionWord::kSum);
    case Kw::kJsonValue:
      return ParseJsonValue();
    case Kw::kGetFormat: {
      FunctionCall* call = NewCall(Advance());
      ExpectSymbol('(');
      if (!AtAny({Kw::kDate, Kw::kTime, Kw::kDatetime, Kw::kTimestamp})) {
        SyntaxError();
      }
      auto* type = New<KeywordArg>(cur_.begin);
      type->word = KeywordText(Advance().keyword);
      Collector<Expr*> args(this);
      args.Add(Finish(type));
      ExpectSymbol(',');
      args.Add(ParseExpr());
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    case Kw::kTimestampadd:
    case Kw::kTimestampdiff: {
      FunctionCall* call = NewCall(Advance());
      ExpectSymbol('(');
      auto* unit = New<KeywordArg>(cur_.begin);
      unit->word = ParseIntervalUnit();
      if (unit->word.find('_') != std::string_view::npos) {
        SyntaxErrorAt(unit->begin, prev_end_);
      }
      Collector<Expr*> args(this);
      args.Add(Finish(unit));
      for (int i = 0; i < 2; ++i) {
        ExpectSymbol(',');
        args.Add(ParseExpr());
      }
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    case Kw::kWeightString: {
      FunctionCall* call = NewCall(Advance());
      ExpectSymbol('(');
      Collector<Expr*> args(this);
      args.Add(ParseExpr());
      if (Accept(Kw::kAs)) {
        if (!AtAny({Kw::kChar, Kw::kBinary})) {
          SyntaxError();
        }
        auto* type = New<DataType>(cur_.begin);
        type->type = Advance().keyword == Kw::kChar ? TypeKind::kChar : TypeKind::kBinary;
        ExpectSymbol('(');
        type->length = ParseIntegerText();
        ExpectSymbol(')');
        call->as_type = Finish(type);
      } else if (AcceptSymbol(',')) {
        args.Add(ParseNumber());
        ExpectSymbol(',');
        args.Add(ParseNumber());
        ExpectSymbol(',');
        args.Add(ParseNumber());
      }
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    default:
      break;
  }
  const Arity arity = PlainKeywordFunction(keyword);
  if (arity.min < 0) {
    return nullptr;
  }
  FunctionCall* call = NewCall(Advance());
  ExpectSymbol('(');
  call->args = ParseArguments(arity.min, arity.max);
  return Finish(call);
}

// A name that is a keyword because `(` follows.
Expr* Parser::ParseNamedFunction() {
  const FunctionWord word = FindFunctionWord(Text(cur_));
  const Token name = Advance();
  switch (word) {
    case FunctionWord::kAdddate:
    case FunctionWord::kSubdate:
      return ParseDateArithmetic(name, true);
    case FunctionWord::kDateAdd:
    case FunctionWord::kDateSub:
      return ParseDateArithmetic(name, false);
    case FunctionWord::kCast: {
      auto* cast = static_cast<Node*>(ParseCastFunction(false));
      cast->begin = name.begin;
      return static_cast<Expr*>(cast);
    }
    case FunctionWord::kCurdate:
    case FunctionWord::kSessionUser:
    case FunctionWord::kSystemUser: {
      FunctionCall* call = NewCall(name);
      ExpectSymbol('(');
      ExpectSymbol(')');
      return Finish(call);
    }
    case FunctionWord::kCurtime:
    case FunctionWord::kNow:
    case FunctionWord::kSysdate: {
      FunctionCall* call = NewCall(name);
      ParseOptionalPrecision(call);
      return Finish(call);
    }
    case FunctionWord::kExtract: {
      FunctionCall* call = NewCall(name);
      call->form = CallForm::kExtract;
      ExpectSymbol('(');
      auto* unit = New<KeywordArg>(cur_.begin);
      unit->word = ParseIntervalUnit();
      Collector<Expr*> args(this);
      args.Add(Finish(unit));
      Expect(Kw::kFrom);
      args.Add(ParseExpr());
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    case FunctionWord::kPosition: {
      FunctionCall* call = NewCall(name);
      call->form = CallForm::kPosition;
      ExpectSymbol('(');
      Collector<Expr*> args(this);
      args.Add(ParseBitExpr());
      Expect(Kw::kIn);
      args.Add(ParseExpr());
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    case FunctionWord::kSubstr:
    case FunctionWord::kSubstring:
    case FunctionWord::kMid: {
      // SUBSTRING(x FROM a FOR b) means SUBSTRING(x, a, b).
      FunctionCall* call = NewCall(name);
      ExpectSymbol('(');
      Collector<Expr*> args(this);
      args.Add(ParseExpr());
      const bool words = Accept(Kw::kFrom);
      if (!words) {
        ExpectSymbol(',');
      }
      args.Add(ParseExpr());
      if (words ? Accept(Kw::kFor) : AcceptSymbol(',')) {
        args.Add(ParseExpr());
      }
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    case FunctionWord::kTrim: {
      FunctionCall* call = NewCall(name);
      ExpectSymbol('(');
      Collector<Expr*> args(this);
      if (Accept(Kw::kBoth)) {
        call->form = CallForm::kTrimBoth;
      } else if (Accept(Kw::kLeading)) {
        call->form = CallForm::kTrimLeading;
      } else if (Accept(Kw::kTrailing)) {
        call->form = CallForm::kTrimTrailing;
      }
      if (call->form == CallForm::kGeneric) {
        args.Add(ParseExpr());
        if (Accept(Kw::kFrom)) {
          call->form = CallForm::kTrimFrom;
          args.Add(ParseExpr());
        }
      } else {
        if (!At(Kw::kFrom)) {
          args.Add(ParseExpr());
        }
        Expect(Kw::kFrom);
        args.Add(ParseExpr());
      }
      ExpectSymbol(')');
      call->args = args.Take();
      return Finish(call);
    }
    case FunctionWord::kJsonDualityObject:
      return ParseDualityObject(name);
    default:
      return ParseAggregate(name, word);
  }
}

// JSON_DUALITY_OBJECT([WITH (tag, ...)] 'key' : value, ...)
Expr* Parser::ParseDualityObject(const Token& name) {
  FunctionCall* call = NewCall(name);
  call->form = CallForm::kDuality;
  ExpectSymbol('(');
  Collector<Expr*> args(this);
  auto* tags = New<KeywordArg>(cur_.begin);
  if (Accept(Kw::kWith)) {
    ExpectSymbol('(');
    do {
      Accept(Kw::kNo);
      if (!AtAny({Kw::kInsert, Kw::kUpdate, Kw::kDelete})) {
        SyntaxError();
      }
      Advance();
    } while (AcceptSymbol(','));
    ExpectSymbol(')');
    tags->word = SourceText(tags->begin, prev_end_);
  }
  args.Add(Finish(tags));
  do {
    args.Add(ParseStringToken());
    ExpectSymbol(':');
    args.Add(ParseExpr());
  } while (AcceptSymbol(','));
  ExpectSymbol(')');
  call->args = args.Take();
  return Finish(call);
}

// DATE_ADD(x, INTERVAL 1 DAY); ADDDATE(x, 3) as well.
Expr* Parser::ParseDateArithmetic(const Token& name, bool plain_allowed) {
  FunctionCall* call = NewCall(name);
  ExpectSymbol('(');
  Collector<Expr*> args(this);
  args.Add(ParseExpr());
  ExpectSymbol(',');
  if (At(Kw::kInterval) && !plain_allowed) {
    // Never the function INTERVAL(n, a, b): what parentheses follow are of the value.
    auto* interval = New<IntervalExpr>(Advance().begin);
    interval->value = ParseExpr();
    interval->unit = ParseIntervalUnit();
    args.Add(Finish(interval));
  } else if (At(Kw::kInterval)) {
    Expr* interval = ParseIntervalPrimary();
    if (Is<IntervalExpr>(interval)) {
      if (AtSymbol('+')) {
        SyntaxError();
      }
      args.Add(interval);
    } else {
      pending_primary_ = interval;
      args.Add(ParseExpr());
    }
  } else if (plain_allowed) {
    args.Add(ParseExpr());
  } else {
    SyntaxError();
  }
  ExpectSymbol(')');
  call->args = args.Take();
  return Finish(call);
}

Expr* Parser::ParseAggregate(const Token& name, FunctionWord word) {
  FunctionCall* call = NewCall(name);
  call->is_aggregate = true;
  ExpectSymbol('(');
  Collector<Expr*> args(this);
  switch (word) {
    case FunctionWord::kCount:
      Accept(Kw::kAll);
      if (AtSymbol('*')) {
        auto* star = New<Star>(cur_.begin);
        Advance();
        args.Add(Finish(star));
      } else if (Accept(Kw::kDistinct)) {
        call->distinct = true;
        do {
          args.Add(ParseExpr());
        } while (AcceptSymbol(','));
      } else {
        args.Add(ParseExpr());
      }
      break;
    case FunctionWord::kGroupConcat:
      call->distinct = Accept(Kw::kDistinct);
      do {
        args.Add(ParseExpr());
      } while (AcceptSymbol(','));
      if (Accept(Kw::kOrder)) {
        Expect(Kw::kBy);
        call->order_by = ParseOrderList();
      }
      if (Accept(Kw::kSeparator)) {
        call->separator = ParseTextString();
      }
      break;
    case FunctionWord::kJsonObjectagg:
      Accept(Kw::kAll);
      args.Add(ParseExpr());
      ExpectSymbol(',');
      Accept(Kw::kAll);
      args.Add(ParseExpr());
      break;
    case FunctionWord::kSum:
    case FunctionWord::kMin:
    case FunctionWord::kMax:
    case FunctionWord::kStCollect:
      call->distinct = Accept(Kw::kDistinct);
      [[fallthrough]];
    default:
      Accept(Kw::kAll);
      args.Add(ParseExpr());
      break;
  }
  ExpectSymbol(')');
  call->args = args.Take();
  ParseOptionalOver(call, false);
  return Finish(call);
}

// schema.name(args), name(args): stored and loadable functions, and MySQL's own that are no
// keywords.
Expr* Parser::ParseGenericCall(uint32_t begin, const Ident& schema, const Ident& name, bool udf) {
  auto* call = New<FunctionCall>(begin);
  call->schema = schema;
  call->name = name;
  // `count (1)` calls a stored function; printed, it must not become the aggregate.
  call->name.quoted =
      name.quoted || (schema.empty() && FindFunctionWord(name.text) != FunctionWord::kNone);
  ExpectSymbol('(');
  Collector<Expr*> args(this);
  std::vector<Ident> aliases;
  if (!AtSymbol(')')) {
    do {
      args.Add(ParseExpr());
      if (udf && (At(Kw::kAs) || AtIdent() || AtKind(TokenKind::kString))) {
        // A loadable function may name its arguments.
        Accept(Kw::kAs);
        aliases.resize(args.size());
        aliases.back() = ParseAlias();
      }
    } while (AcceptSymbol(','));
  }
  ExpectSymbol(')');
  if (!aliases.empty()) {
    aliases.resize(args.size());
    call->arg_aliases = MakeList<Ident>(arena_, aliases);
  }
  call->args = args.Take();
  return Finish(call);
}

Expr* Parser::ParseWindowFunction() {
  const Token name = Advance();
  FunctionCall* call = NewCall(name);
  ExpectSymbol('(');
  Collector<Expr*> args(this);
  // A row count: a number, a placeholder or a variable.
  const auto add_count = [&] {
    if (AtKind(TokenKind::kInteger) || AtKind(TokenKind::kPlaceholder) || AtSymbol('@') ||
        AtKind(TokenKind::kHex) || AtKind(TokenKind::kBit) || AtIdent()) {
      args.Add(ParsePrimary());
    } else {
      SyntaxError();
    }
  };
  switch (name.keyword) {
    case Kw::kNtile:
      add_count();
      break;
    case Kw::kLead:
    case Kw::kLag:
      args.Add(ParseExpr());
      if (AcceptSymbol(',')) {
        add_count();
        if (AcceptSymbol(',')) {
          args.Add(ParseExpr());
        }
      }
      break;
    case Kw::kFirstValue:
    case Kw::kLastValue:
      args.Add(ParseExpr());
      break;
    case Kw::kNthValue:
      args.Add(ParseExpr());
      ExpectSymbol(',');
      args.Add(ParseSimpleExpr());
      break;
    default:
      break;
  }
  ExpectSymbol(')');
  call->args = args.Take();
  if (name.keyword == Kw::kNthValue && Accept(Kw::kFrom)) {
    if (Accept(Kw::kLast)) {
      call->from_last = true;
    } else {
      Expect(Kw::kFirst);
    }
  }
  if (name.keyword == Kw::kLead || name.keyword == Kw::kLag || name.keyword == Kw::kFirstValue ||
      name.keyword == Kw::kLastValue || name.keyword == Kw::kNthValue) {
    if (Accept(Kw::kRespect)) {
      Expect(Kw::kNulls);
      call->nulls = NullTreatment::kRespect;
    } else if (Accept(Kw::kIgnore)) {
      Expect(Kw::kNulls);
      call->nulls = NullTreatment::kIgnore;
    }
  }
  ParseOptionalOver(call, true);
  return Finish(call);
}

void Parser::ParseOptionalOver(FunctionCall* call, bool required) {
  if (!At(Kw::kOver)) {
    if (required) {
      SyntaxError();
    }
    return;
  }
  Advance();
  if (AtSymbol('(')) {
    call->over = ParseWindowSpecBody();
    return;
  }
  auto* window = New<WindowSpec>(cur_.begin);
  window->bare = true;
  window->name = ParseIdent();
  call->over = Finish(window);
}

// ( [name] [PARTITION BY ...] [ORDER BY ...] [frame] )
WindowSpec* Parser::ParseWindowSpecBody() {
  const Nesting nesting(this);
  auto* window = New<WindowSpec>(cur_.begin);
  ExpectSymbol('(');
  if (AtIdent()) {
    window->base = ParseIdent();
  }
  if (Accept(Kw::kPartition)) {
    Expect(Kw::kBy);
    window->partition_by = ParseExprList();
  }
  window->order_by = ParseOptionalOrderBy();
  if (AtAny({Kw::kRows, Kw::kRange, Kw::kGroups})) {
    ParseWindowFrame(window);
  }
  ExpectSymbol(')');
  return Finish(window);
}

void Parser::ParseWindowFrame(WindowSpec* spec) {
  auto* frame = New<WindowFrame>(cur_.begin);
  const Kw unit = Advance().keyword;
  frame->unit = unit == Kw::kRows    ? FrameUnit::kRows
                : unit == Kw::kRange ? FrameUnit::kRange
                                     : FrameUnit::kGroups;
  if (Accept(Kw::kBetween)) {
    frame->start = ParseFrameBound();
    Expect(Kw::kAnd);
    frame->finish = ParseFrameBound();
  } else {
    frame->start = ParseFrameBound();
    if (frame->start->bound > FrameBoundKind::kCurrentRow) {
      SyntaxErrorAt(prev_end_ - 9, prev_end_);  // FOLLOWING needs BETWEEN
    }
  }
  if (Accept(Kw::kExclude)) {
    if (Accept(Kw::kCurrent)) {
      Expect(Kw::kRow);
      frame->exclusion = FrameExclusion::kCurrentRow;
    } else if (Accept(Kw::kGroup)) {
      frame->exclusion = FrameExclusion::kGroup;
    } else if (Accept(Kw::kTies)) {
      frame->exclusion = FrameExclusion::kTies;
    } else {
      Expect(Kw::kNo);
      Expect(Kw::kOthers);
      frame->exclusion = FrameExclusion::kNoOthers;
    }
  }
  spec->frame = Finish(frame);
}

FrameBound* Parser::ParseFrameBound() {
  auto* bound = New<FrameBound>(cur_.begin);
  if (Accept(Kw::kCurrent)) {
    Expect(Kw::kRow);
    return Finish(bound);
  }
  const bool unbounded = Accept(Kw::kUnbounded);
  if (!unbounded) {
    if (At(Kw::kInterval)) {
      bound->offset = ParseIntervalPrimary();
    } else if (AtKind(TokenKind::kInteger) || AtKind(TokenKind::kDecimal) ||
               AtKind(TokenKind::kFloat) || AtKind(TokenKind::kPlaceholder)) {
      bound->offset = ParsePrimary();
    } else {
      SyntaxError();
    }
  }
  if (Accept(Kw::kPreceding)) {
    bound->bound = unbounded ? FrameBoundKind::kUnboundedPreceding : FrameBoundKind::kPreceding;
  } else {
    Expect(Kw::kFollowing);
    bound->bound = unbounded ? FrameBoundKind::kUnboundedFollowing : FrameBoundKind::kFollowing;
  }
  return Finish(bound);
}

Expr* Parser::ParseMatch() {
  auto* node = New<MatchExpr>(cur_.begin);
  Advance();
  const bool parens = AcceptSymbol('(');
  Collector<ColumnRef*> columns(this);
  do {
    columns.Add(ParseColumnRef());
  } while (AcceptSymbol(','));
  node->columns = columns.Take();
  if (parens) {
    ExpectSymbol(')');
  }
  Expect(Kw::kAgainst);
  ExpectSymbol('(');
  node->against = ParseBitExpr();
  if (Accept(Kw::kIn)) {
    if (Accept(Kw::kBoolean)) {
      node->mode = MatchMode::kBoolean;
    } else {
      Expect(Kw::kNatural);
      Expect(Kw::kLanguage);
      node->mode = MatchMode::kNatural;
    }
    Expect(Kw::kMode);
  }
  if (node->mode != MatchMode::kBoolean && Accept(Kw::kWith)) {
    Expect(Kw::kQuery);
    Expect(Kw::kExpansion);
    node->mode =
        node->mode == MatchMode::kNatural ? MatchMode::kNaturalExpansion : MatchMode::kExpansion;
  }
  ExpectSymbol(')');
  return Finish(node);
}

// After the name CAST, or at CONVERT.
Expr* Parser::ParseCastFunction(bool convert) {
  const uint32_t begin = cur_.begin;
  if (convert) {
    Advance();
  }
  ExpectSymbol('(');
  Expr* operand = ParseExpr();
  if (convert && Accept(Kw::kUsing)) {
    auto* node = New<ConvertUsing>(begin);
    node->operand = operand;
    node->charset = ParseCharsetName();
    ExpectSymbol(')');
    return Finish(node);
  }
  auto* node = New<CastExpr>(begin);
  node->operand = operand;
  if (convert) {
    ExpectSymbol(',');
    node->type = ParseCastType();
  } else {
    if (Accept(Kw::kAt)) {
      if (At(Kw::kLocal)) {
        Fail(1235, "42000", "This version of MySQL doesn't yet support 'AT LOCAL'");
      }
      Expect(Kw::kTime);
      Expect(Kw::kZone);
      Accept(Kw::kInterval);
      if (!AtKind(TokenKind::kString)) {
        SyntaxError();
      }
      node->at_time_zone = NewLiteral(LiteralKind::kString, Advance());
    }
    Expect(Kw::kAs);
    if (node->at_time_zone != nullptr && !At(Kw::kDatetime)) {
      SyntaxError();
    }
    node->type = ParseCastType();
    node->is_array = Accept(Kw::kArray);
  }
  ExpectSymbol(')');
  return Finish(node);
}

Expr* Parser::ParseSignedLiteral() {
  if (AtSymbol('-') || AtSymbol('+')) {
    auto* node = New<Unary>(cur_.begin);
    node->op = Advance().symbol == '-' ? UnaryOp::kMinus : UnaryOp::kPlus;
    if (!AtKind(TokenKind::kInteger) && !AtKind(TokenKind::kDecimal) &&
        !AtKind(TokenKind::kFloat)) {
      SyntaxError();
    }
    node->operand = ParsePrimary();
    return Finish(node);
  }
  switch (cur_.kind) {
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kFloat:
    case TokenKind::kHex:
    case TokenKind::kBit:
    case TokenKind::kString:
    case TokenKind::kNString:
    case TokenKind::kIntroducer:
      return ParsePrimary();
    default:
      break;
  }
  if (AtAny({Kw::kNull, Kw::kTrue, Kw::kFalse})) {
    return ParsePrimary();
  }
  if (AtAny({Kw::kDate, Kw::kTime, Kw::kTimestamp}) && Peek().kind == TokenKind::kString) {
    return ParsePrimary();
  }
  SyntaxError();
}

Expr* Parser::ParseJsonValue() {
  auto* node = New<JsonValueExpr>(cur_.begin);
  Advance();
  ExpectSymbol('(');
  node->document = ParseSimpleExpr();
  ExpectSymbol(',');
  if (!AtKind(TokenKind::kString) && !AtKind(TokenKind::kIntroducer)) {
    SyntaxError();
  }
  node->path = ParsePrimary();
  if (Accept(Kw::kReturning)) {
    node->returning = ParseCastType();
  }
  ParseJsonResponses(node);
  ExpectSymbol(')');
  return Finish(node);
}

}  // namespace keyspan::parser
