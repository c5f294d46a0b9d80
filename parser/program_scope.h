#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "parser/ast/ast.h"
#include "parser/program_names.h"

namespace keyspan::parser {

class Parser;

enum class ProgramKind : uint8_t { kProcedure, kFunction, kTrigger, kEvent };

// What a condition stands for: in DECLARE ... CONDITION, and of what a handler handles.
struct ConditionValue {
  enum Kind : uint8_t { kErrno, kSqlstate, kWarning, kNotFound, kException };

  Kind kind = kErrno;
  uint64_t error = 0;
  std::string_view sqlstate;
};

// The names that are known at a place of a stored program: labels, variables, conditions, cursors,
// handlers. One lives from the program's parameters to the end of its body. Every function throws
// the error that MySQL raises there while it parses.
//
// Names are compared as MySQL does it for ASCII. Where other letters might make two names one, or
// one name two, they pass, and MySQL decides.
class ProgramScope {
 public:
  ProgramScope(Parser* p, ProgramKind kind);

  ProgramKind kind() const { return kind_; }

  void OpenBlock();
  void CloseBlock();
  // Of a handler's body, which sees no label from outside.
  void OpenHandler();
  void CloseHandler();

  void OpenLabel(const Ident& name, bool loop);
  void CloseLabel() { labels_.pop_back(); }
  void CheckEndLabel(const Ident& name);
  void Leave(const Ident& label);
  void Iterate(const Ident& label);

  void DeclareParameter(const Ident& name);
  void DeclareVariable(const Ident& name);
  void DeclareCondition(const Ident& name, const ConditionValue& value);
  void DeclareCursor(const Ident& name);
  // A condition of the handler that is being declared.
  void DeclareHandled(const ConditionValue& value);
  // After each DECLARE with its semicolon: their order.
  enum class Declaration : uint8_t { kVariableOrCondition, kCursor, kHandler };
  void EndDeclaration(Declaration declaration);

  // Nothing when the condition may be one, but it is not certain which.
  std::optional<ConditionValue> Condition(const Ident& name);
  void UseCursor(const Ident& name);
  bool HasVariable(const Ident& name) const;

  // A statement changes the session beyond the program's end; `words` are a literal.
  void NoteSessionEffect(std::string_view words) {
    if (session_effect_.empty()) session_effect_ = words;
  }
  std::string_view session_effect() const { return session_effect_; }

  void Return();
  // At the end of a function's body.
  void CheckReturned(const TableName& function);

 private:
  struct Nothing {};
  struct Block {
    std::unordered_set<std::string> handled;
    Declaration latest = Declaration::kVariableOrCondition;
  };
  struct Label {
    std::string_view name;  // empty: the beginning of a handler's body
    bool loop;
  };

  const Label* FindLabel(const Ident& name) const;

  Parser& p_;
  ProgramKind kind_;
  bool returned_ = false;
  std::string_view session_effect_;
  std::vector<Block> blocks_;
  ProgramNames<Nothing> variables_;
  ProgramNames<ConditionValue> conditions_;
  ProgramNames<Nothing> cursors_;
  std::vector<Label> labels_;
};

}  // namespace keyspan::parser
