#include "parser/program_scope.h"

#include <fmt/format.h>

#include "parser/parser_core.h"

namespace keyspan::parser {
namespace {

// True unless it is certain that MySQL takes the two for different names.
bool MayBeSame(std::string_view one, std::string_view other) {
  return EqualsIgnoreCase(one, other) || !IsAsciiName(one) || !IsAsciiName(other);
}

}  // namespace

ProgramScope::ProgramScope(Parser* p, ProgramKind kind) : p_(*p), kind_(kind) { OpenBlock(); }

void ProgramScope::OpenBlock() {
  blocks_.emplace_back();
  variables_.OpenBlock();
  conditions_.OpenBlock();
  cursors_.OpenBlock();
}

void ProgramScope::CloseBlock() {
  blocks_.pop_back();
  variables_.CloseBlock();
  conditions_.CloseBlock();
  cursors_.CloseBlock();
}

void ProgramScope::OpenHandler() {
  OpenBlock();
  labels_.push_back({"", false});
}

void ProgramScope::CloseHandler() {
  labels_.pop_back();
  CloseBlock();
}

const ProgramScope::Label* ProgramScope::FindLabel(const Ident& name) const {
  for (auto label = labels_.rbegin(); label != labels_.rend() && !label->name.empty(); ++label) {
    if (MayBeSame(label->name, name.text)) {
      return &*label;
    }
  }
  return nullptr;
}

void ProgramScope::OpenLabel(const Ident& name, bool loop) {
  const Label* known = FindLabel(name);
  if (known != nullptr && EqualsIgnoreCase(known->name, name.text)) {
    p_.Fail(1309, "42000", fmt::format("Redefining label {}", name.text));
  }
  labels_.push_back({name.text, loop});
}

void ProgramScope::CheckEndLabel(const Ident& name) {
  if (!MayBeSame(labels_.back().name, name.text)) {
    p_.Fail(1310, "42000", fmt::format("End-label {} without match", name.text));
  }
}

void ProgramScope::Leave(const Ident& label) {
  if (FindLabel(label) == nullptr) {
    p_.Fail(1308, "42000", fmt::format("LEAVE with no matching label: {}", label.text));
  }
}

void ProgramScope::Iterate(const Ident& label) {
  const Label* known = FindLabel(label);
  if (known == nullptr || (!known->loop && EqualsIgnoreCase(known->name, label.text))) {
    p_.Fail(1308, "42000", fmt::format("ITERATE with no matching label: {}", label.text));
  }
}

void ProgramScope::DeclareParameter(const Ident& name) {
  if (!variables_.Declare(name.text, {})) {
    p_.Fail(1330, "42000", fmt::format("Duplicate parameter: {}", name.text));
  }
}

void ProgramScope::DeclareVariable(const Ident& name) {
  if (!variables_.Declare(name.text, {})) {
    p_.Fail(1331, "42000", fmt::format("Duplicate variable: {}", name.text));
  }
}

void ProgramScope::DeclareCondition(const Ident& name, const ConditionValue& value) {
  if (!conditions_.Declare(name.text, value)) {
    p_.Fail(1332, "42000", fmt::format("Duplicate condition: {}", name.text));
  }
}

void ProgramScope::DeclareCursor(const Ident& name) {
  if (!cursors_.Declare(name.text, {})) {
    p_.Fail(1333, "42000", fmt::format("Duplicate cursor: {}", name.text));
  }
}

void ProgramScope::DeclareHandled(const ConditionValue& value) {
  const bool is_new = blocks_.back()
                          .handled
                          .insert(fmt::format("{} {} {}", static_cast<int>(value.kind), value.error,
                                              value.sqlstate))
                          .second;
  if (!is_new) {
    p_.Fail(1413, "42000", "Duplicate handler declared in the same block");
  }
}

void ProgramScope::EndDeclaration(Declaration declaration) {
  Declaration& latest = blocks_.back().latest;
  if (declaration == Declaration::kVariableOrCondition && latest != declaration) {
    p_.Fail(1337, "42000", "Variable or condition declaration after cursor or handler declaration");
  }
  if (declaration == Declaration::kCursor && latest == Declaration::kHandler) {
    p_.Fail(1338, "42000", "Cursor declaration after handler declaration");
  }
  latest = declaration;
}

std::optional<ConditionValue> ProgramScope::Condition(const Ident& name) {
  if (!conditions_.MayHave(name.text)) {
    p_.Fail(1319, "42000", fmt::format("Undefined CONDITION: {}", name.text));
  }
  const ConditionValue* value = conditions_.Find(name.text);
  if (value == nullptr || !conditions_.is_certain(name.text)) {
    return std::nullopt;
  }
  return *value;
}

void ProgramScope::UseCursor(const Ident& name) {
  if (!cursors_.MayHave(name.text)) {
    p_.Fail(1324, "42000", fmt::format("Undefined CURSOR: {}", name.text));
  }
}

bool ProgramScope::HasVariable(const Ident& name) const { return variables_.MayHave(name.text); }

void ProgramScope::Return() {
  if (kind_ != ProgramKind::kFunction) {
    p_.Fail(1313, "42000", "RETURN is only allowed in a FUNCTION");
  }
  returned_ = true;
}

void ProgramScope::CheckReturned(const TableName& function) {
  if (!returned_) {
    p_.Fail(1320, "42000",
            fmt::format("No RETURN found in FUNCTION {}{}{}", function.schema.text,
                        function.schema.empty() ? "" : ".", function.name.text));
  }
}

}  // namespace keyspan::parser
