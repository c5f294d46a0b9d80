// LOAD DATA, LOAD XML.

#include "parser/statements.h"

namespace keyspan::parser {

Statement* ParseLoad(Parser& p) {
  auto* load = p.New<LoadData>(p.Advance().begin);
  if (p.Accept(Kw::kXml)) {
    load->xml = true;
  } else {
    p.Expect(Kw::kData);
  }
  if (p.Accept(Kw::kLowPriority)) {
    load->priority = Priority::kLow;
  } else if (p.Accept(Kw::kConcurrent)) {
    load->priority = Priority::kHigh;
  }
  p.Accept(Kw::kFrom);
  load->local = p.Accept(Kw::kLocal);
  if (!p.AtAny({Kw::kInfile, Kw::kUrl, Kw::kS3})) {
    p.SyntaxError();
  }
  load->source = KeywordText(p.Advance().keyword);
  if (!p.AtKind(TokenKind::kString)) {
    p.SyntaxError();
  }
  load->file = p.ParseTextString();
  const uint32_t options = p.Cur().begin;
  if (p.AcceptWord("COUNT")) {
    p.ParseNumber();
  }
  if (p.Accept(Kw::kIn)) {
    p.Expect(Kw::kPrimary);
    p.Expect(Kw::kKey);
    p.Expect(Kw::kOrder);
  }
  if (p.prev_end() > options) {
    load->file_options = p.SourceText(options, p.prev_end());
  }
  if (p.Accept(Kw::kReplace)) {
    load->replace = true;
  } else {
    load->ignore = p.Accept(Kw::kIgnore);
  }
  p.Expect(Kw::kInto);
  p.Expect(Kw::kTable);
  load->table = p.ParseTableName();
  load->partitions = p.ParseOptionalPartitions();
  if (p.At(Kw::kCharset) || p.At(Kw::kCharacter) || p.At(Kw::kChar)) {
    if (p.Advance().keyword != Kw::kCharset) {
      p.Expect(Kw::kSet);
    }
    load->charset = p.ParseCharsetName();
  }
  if (p.Accept(Kw::kRows)) {
    p.Expect(Kw::kIdentified);
    p.Expect(Kw::kBy);
    load->rows_identified_by = p.ParseTextString();
  }
  if (p.Accept(Kw::kCompression)) {
    p.AcceptSymbol('=');
    load->compression = p.ParseStringToken();
  }
  load->format = p.ParseOptionalFields();
  if (p.Accept(Kw::kIgnore)) {
    load->ignore_lines = p.ParseNumber();
    if (!p.Accept(Kw::kLines)) {
      p.Expect(Kw::kRows);
    }
  }
  if (p.AcceptSymbol('(')) {
    Parser::Collector<Expr*> columns(&p);
    if (!p.AtSymbol(')')) {
      do {
        if (const uint32_t begin = p.Cur().begin; p.AcceptAtSign()) {
          auto* variable = p.New<UserVariable>(begin);
          variable->name = p.ParseIdentOrText();
          columns.Add(p.Finish(variable));
        } else {
          columns.Add(p.ParseColumnRef());
        }
      } while (p.AcceptSymbol(','));
    }
    p.ExpectSymbol(')');
    load->columns = columns.Take();
  }
  if (p.Accept(Kw::kSet)) {
    load->set = ParseAssignments(p);
  }
  const uint32_t tail = p.Cur().begin;
  if (p.Accept(Kw::kParallel)) {
    p.ExpectSymbol('=');
    p.ParseNumber();
  }
  if (p.Accept(Kw::kMemory)) {
    p.ExpectSymbol('=');
    p.ParseSize();
  }
  if (p.Accept(Kw::kAlgorithm)) {
    p.ExpectSymbol('=');
    p.Expect(Kw::kBulk);
  }
  if (p.prev_end() > tail) {
    load->tail = p.SourceText(tail, p.prev_end());
  }
  return p.Finish(load);
}

}  // namespace keyspan::parser
