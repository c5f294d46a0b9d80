#include "vtgate/planner/session_holes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "parser/column_name.h"
#include "parser/walker.h"
#include "vtgate/semantics/plan_error.h"
#include "vtgate/semantics/semantics.h"
#include "vtgate/semantics/user_variable_name.h"

namespace keyspan::vtgate {
namespace {

using parser::As;
using parser::ColumnRef;
using parser::EqualsIgnoreCase;
using parser::FunctionCall;
using parser::Hole;
using parser::IntoClause;
using parser::Is;
using parser::Literal;
using parser::Node;
using parser::SelectItem;
using parser::Star;
using parser::SystemVariable;
using parser::UserVariable;
using parser::VariableScope;
using parser::Visit;

constexpr size_t kMaxAliasBytes = 256;

constexpr std::array<std::pair<std::string_view, SessionHole>, 11> kSessionFunctions{{
    {"LAST_INSERT_ID", kHoleLastInsertId},
    {"DATABASE", kHoleDatabase},
    {"SCHEMA", kHoleDatabase},
    {"CONNECTION_ID", kHoleConnectionId},
    {"USER", kHoleUser},
    {"SESSION_USER", kHoleUser},
    {"SYSTEM_USER", kHoleUser},
    {"CURRENT_USER", kHoleCurrentUser},
    {"FOUND_ROWS", kHoleFoundRows},
    {"ROW_COUNT", kHoleRowCount},
    {"VERSION", kHoleVersion},
}};

constexpr std::array<std::string_view, 5> kLockFunctions{
    "GET_LOCK", "RELEASE_LOCK", "RELEASE_ALL_LOCKS", "IS_FREE_LOCK", "IS_USED_LOCK"};

uint32_t IndexOf(std::vector<std::string>* names, std::string name) {
  auto it = std::find(names->begin(), names->end(), name);
  if (it == names->end()) it = names->insert(names->end(), std::move(name));
  return static_cast<uint32_t>(it - names->begin());
}

uint32_t IndexOfVariable(std::vector<std::string>* names, std::string_view text) {
  std::string name = LowerCase(text);
  Status status = CheckUserVariableName(name);
  if (!status.ok()) Fail(std::move(status));
  return IndexOf(names, std::move(name));
}

// In upper case; empty for the others.
std::string_view LockFunctionOf(const FunctionCall& call) {
  for (std::string_view name : kLockFunctions) {
    if (EqualsIgnoreCase(call.name.text, name)) return name;
  }
  return "";
}

// What a function tells of the session; nothing for the others.
std::optional<SessionHole> SessionHoleOf(const FunctionCall& call) {
  for (const auto& [name, hole] : kSessionFunctions) {
    if (EqualsIgnoreCase(call.name.text, name)) return hole;
  }
  return std::nullopt;
}

class HolePuncher {
 public:
  HolePuncher(parser::ParsedStatement* statement, const PlanContext& context)
      : statement_(statement), context_(context) {}

  SessionUse Run() {
    NameItems();
    parser::Walk(static_cast<const Node*>(statement_->root()), [this](const Node* node) {
      const auto* call = As<FunctionCall>(node);
      use_.last_insert_id_set |= call != nullptr && call->schema.empty() && !call->args.empty() &&
                                 EqualsIgnoreCase(call->name.text, "LAST_INSERT_ID");
      return Visit::kContinue;
    });
    Node* root = parser::Rewrite(static_cast<Node*>(statement_->root()),
                                 [this](Node* node) { return Replace(node); });
    statement_->set_root(static_cast<parser::Statement*>(root));
    CastItems();
    return std::move(use_);
  }

 private:
  // The printer's text is not the client's, so columns that are named by their text get the name.
  void NameItems() {
    parser::Walk(static_cast<Node*>(statement_->root()), [this](Node* node) {
      auto* item = As<SelectItem>(node);
      if (item == nullptr || item->has_alias || Is<ColumnRef>(item->expr) || Is<Star>(item->expr) ||
          Is<Literal>(item->expr)) {
        return Visit::kContinue;
      }
      std::string name = parser::DefaultColumnName(*item, statement_->text());
      if (name.empty()) return Visit::kContinue;
      if (name.size() > kMaxAliasBytes) {
        size_t size = kMaxAliasBytes;
        while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xC0) == 0x80) --size;
        name.resize(size);
      }
      item->alias.text = statement_->arena().CopyString(name);
      item->alias.quoted = true;
      item->has_alias = true;
      return Visit::kContinue;
    });
  }

  // What is selected keeps the type of mysqld's function, which a literal does not have.
  void CastItems() {
    auto* select = As<parser::Select>(statement_->root());
    if (select == nullptr) return;
    for (SelectItem* item : select->items) {
      const auto* hole = As<Hole>(item->expr);
      if (hole == nullptr) continue;
      switch (hole->id) {
        case kHoleLastInsertId:
        case kHoleConnectionId:
          item->expr = MakeCast(item->expr, parser::TypeKind::kUnsigned);
          break;
        case kHoleFoundRows:
        case kHoleRowCount:
          item->expr = MakeCast(item->expr, parser::TypeKind::kSigned);
          break;
        case kHoleDatabase:
          item->expr = MakeCast(item->expr, parser::TypeKind::kChar, "64");
          break;
        case kHoleUser:
        case kHoleCurrentUser:
          item->expr = MakeCast(item->expr, parser::TypeKind::kChar, "288");
          break;
        default:
          break;
      }
    }
  }

  parser::Expr* MakeCast(parser::Expr* operand, parser::TypeKind type,
                         std::string_view length = {}) {
    auto* cast = statement_->arena().New<parser::CastExpr>();
    cast->operand = operand;
    cast->type = statement_->arena().New<parser::DataType>();
    cast->type->type = type;
    cast->type->length = length;
    return cast;
  }

  Node* Replace(Node* node) {
    if (auto* call = As<FunctionCall>(node)) return ReplaceCall(call);
    if (auto* variable = As<UserVariable>(node)) {
      if (variable->assigned != nullptr) {
        FailUnsupported("not supported yet: assignment to a user variable inside a statement (@" +
                        std::string(variable->name.text) + " := ...)");
      }
      return MakeHole(kHoleUserVariableBase +
                      IndexOfVariable(&use_.user_variables, variable->name.text));
    }
    if (auto* variable = As<SystemVariable>(node)) return ReplaceSystemVariable(variable);
    if (auto* into = As<IntoClause>(node)) {
      if (into->into == parser::IntoKind::kVariables) {
        FailUnsupported("not supported yet: SELECT ... INTO variables");
      }
    }
    return node;
  }

  Node* ReplaceCall(FunctionCall* call) {
    if (!call->schema.empty()) return call;
    const std::string_view lock = LockFunctionOf(*call);
    if (!lock.empty()) {
      FailUnsupported("not supported yet: " + std::string(lock) +
                      "(), which needs a connection of its own");
    }
    const std::optional<SessionHole> hole = SessionHoleOf(*call);
    if (!hole.has_value() || !call->args.empty()) return call;
    // What the statement itself sets, only the shard knows; it begins with the session's.
    if (*hole == kHoleLastInsertId && use_.last_insert_id_set) return call;
    return MakeHole(*hole);
  }

  Node* ReplaceSystemVariable(SystemVariable* variable) {
    if (!variable->base.empty()) return variable;
    std::string name = LowerCase(variable->name.text);
    const VariableScope scope = variable->scope;
    if (name == "version" && scope == VariableScope::kNone) return MakeHole(kHoleVersion);
    if (context_.is_gateway_variable == nullptr || !context_.is_gateway_variable(name)) {
      return variable;
    }
    if (scope == VariableScope::kGlobal) {
      name.insert(0, "global.");
    } else if (scope == VariableScope::kSession || scope == VariableScope::kLocal) {
      name.insert(0, "session.");
    } else if (scope != VariableScope::kNone) {
      return variable;
    }
    return MakeHole(kHoleSystemVariableBase + IndexOf(&use_.system_variables, std::move(name)));
  }

  Node* MakeHole(uint32_t id) {
    use_.holes = true;
    auto* hole = statement_->arena().New<Hole>();
    hole->id = id;
    return hole;
  }

  parser::ParsedStatement* statement_;
  const PlanContext& context_;
  SessionUse use_;
};

}  // namespace

SessionUse PunchSessionHoles(parser::ParsedStatement* statement, const PlanContext& context) {
  return HolePuncher(statement, context).Run();
}

std::vector<std::string> UserVariablesOf(const parser::Node* root) {
  std::vector<std::string> names;
  parser::Walk(root, [&names](const Node* node) {
    if (const auto* variable = As<UserVariable>(node)) {
      IndexOfVariable(&names, variable->name.text);
    }
    return Visit::kContinue;
  });
  return names;
}

void RefuseSessionUse(const parser::Node* root, const PlanContext& context) {
  parser::Walk(root, [&context](const Node* node) {
    if (const auto* call = As<FunctionCall>(node); call != nullptr && call->schema.empty()) {
      const std::optional<SessionHole> hole = SessionHoleOf(*call);
      const bool asks = hole.has_value() && *hole != kHoleDatabase && *hole != kHoleVersion;
      if (asks || !LockFunctionOf(*call).empty()) {
        FailUnsupported("not supported yet: " + std::string(call->name.text) + "() in DDL");
      }
    }
    const auto* variable = As<SystemVariable>(node);
    if (variable != nullptr && variable->base.empty() && context.is_gateway_variable != nullptr &&
        context.is_gateway_variable(LowerCase(variable->name.text))) {
      FailUnsupported("not supported yet: @@" + std::string(variable->name.text) + " in DDL");
    }
    return Visit::kContinue;
  });
}

}  // namespace keyspan::vtgate
