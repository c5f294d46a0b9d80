#include "parser/program_scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "parser/parser_core.h"

namespace keyspan::parser {
namespace {

bool IsAscii(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; });
}

// True unless it is certain that MySQL takes the two for different names.
bool MayBeSame(std::string_view one, std::string_view other) {
  return EqualsIgnoreCase(one, other) || !IsAscii(one) || !IsAscii(other);
}

bool Contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view other) { return EqualsIgnoreCase(name, other); });
}

bool MayContain(const std::vector<std::string_view>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view other) { return MayBeSame(name, other); });
}

}  // namespace

ProgramScope::ProgramScope(Parser* p, ProgramKind kind) : p_(*p), kind_(kind) { OpenBlock(); }

void ProgramScope::OpenBlock() { blocks_.emplace_back(); }

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
  if (Contains(blocks_.back().variables, name.text)) {
    p_.Fail(1330, "42000", fmt::format("Duplicate parameter: {}", name.text));
  }
  blocks_.back().variables.push_back(name.text);
}

void ProgramScope::DeclareVariable(const Ident& name) {
  if (Contains(blocks_.back().variables, name.text)) {
    p_.Fail(1331, "42000", fmt::format("Duplicate variable: {}", name.text));
  }
  blocks_.back().variables.push_back(name.text);
}

void ProgramScope::DeclareCondition(const Ident& name, const ConditionValue& value) {
  for (const NamedCondition& condition : blocks_.back().conditions) {
    if (EqualsIgnoreCase(condition.name, name.text)) {
      p_.Fail(1332, "42000", fmt::format("Duplicate condition: {}", name.text));
    }
  }
  blocks_.back().conditions.push_back({name.text, value});
}

void ProgramScope::DeclareCursor(const Ident& name) {
  if (Contains(blocks_.back().cursors, name.text)) {
    p_.Fail(1333, "42000", fmt::format("Duplicate cursor: {}", name.text));
  }
  blocks_.back().cursors.push_back(name.text);
}

void ProgramScope::DeclareHandled(const ConditionValue& value) {
  std::vector<ConditionValue>& handled = blocks_.back().handled;
  if (std::find(handled.begin(), handled.end(), value) != handled.end()) {
    p_.Fail(1413, "42000", "Duplicate handler declared in the same block");
  }
  handled.push_back(value);
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
  bool possible = false;
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    for (const NamedCondition& condition : block->conditions) {
      if (!possible && EqualsIgnoreCase(condition.name, name.text)) {
        return condition.value;
      }
      possible = possible || MayBeSame(condition.name, name.text);
    }
  }
  if (!possible) {
    p_.Fail(1319, "42000", fmt::format("Undefined CONDITION: {}", name.text));
  }
  return std::nullopt;
}

void ProgramScope::UseCursor(const Ident& name) {
  for (const Block& block : blocks_) {
    if (MayContain(block.cursors, name.text)) {
      return;
    }
  }
  p_.Fail(1324, "42000", fmt::format("Undefined CURSOR: {}", name.text));
}

bool ProgramScope::HasVariable(const Ident& name) const {
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const Block& block) { return MayContain(block.variables, name.text); });
}

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
