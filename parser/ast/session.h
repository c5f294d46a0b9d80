#pragma once

#include "parser/ast/query.h"

namespace keyspan::parser {

enum class SetKind : uint8_t {
  kUserVariable,    // @name = value
  kSystemVariable,  // [scope] name = value; value is DefaultExpr for DEFAULT
  kNames,           // NAMES charset [COLLATE collation]; value null for DEFAULT
  kCharacterSet,    // CHARACTER SET charset; name empty for DEFAULT
  kTransaction,     // [scope] TRANSACTION isolation, access
  kPassword,        // PASSWORD ...: kept as text
  kRole,            // ROLE ..., DEFAULT ROLE ...: kept as text
  kResourceGroup,   // RESOURCE GROUP ...: kept as text
  kTriggerField,    // NEW.column = value (only in trigger bodies)
};

enum class Isolation : uint8_t {
  kUnset,
  kReadUncommitted,
  kReadCommitted,
  kRepeatableRead,
  kSerializable,
};
enum class AccessMode : uint8_t { kUnset, kReadOnly, kReadWrite };

// One entry of SET. How the scope of a system variable was written is in `at_syntax`:
// SET @@session.x = 1 and SET SESSION x = 1 both have kSession.
struct SetItem : Node {
  SetKind set = SetKind::kSystemVariable;
  VariableScope scope = VariableScope::kNone;
  bool at_syntax = false;
  CiIdent base;
  CiIdent name;             // variable; character set for kNames and kCharacterSet
  Ident collation;          // kNames
  bool is_default = false;  // NAMES DEFAULT, CHARACTER SET DEFAULT
  Expr* value = nullptr;    // for a bare word (ON, latin1, binary) a ColumnRef
  Isolation isolation = Isolation::kUnset;
  AccessMode access = AccessMode::kUnset;
  std::string_view text;  // kPassword, kRole, kResourceGroup: source from the first keyword
  KEYSPAN_NODE(SetItem, Node, set, scope, at_syntax, base, name, collation, is_default, value,
               isolation, access, text)
};

struct Set : Statement {
  List<SetItem*> items;
  KEYSPAN_NODE(Set, Statement, items)
};

enum class ShowKind : uint8_t {
  kBinaryLogs,
  kBinaryLogStatus,
  kBinlogEvents,
  kCharacterSet,
  kCollation,
  kColumns,
  kCountErrors,
  kCountWarnings,
  kCreateDatabase,
  kCreateEvent,
  kCreateFunction,
  kCreateLibrary,
  kCreateMaskingPolicy,
  kCreateProcedure,
  kCreateTable,
  kCreateTrigger,
  kCreateUser,
  kCreateView,
  kDatabases,
  kEngineLogs,
  kEngineMutex,
  kEngineStatus,
  kEngines,
  kErrors,
  kEvents,
  kFunctionCode,
  kFunctionStatus,
  kGrants,
  kIndex,
  kLibraryStatus,
  kOpenTables,
  kParseTree,
  kPlugins,
  kPrivileges,
  kProcedureCode,
  kProcedureStatus,
  kProcesslist,
  kProfile,
  kProfiles,
  kRelaylogEvents,
  kReplicaStatus,
  kReplicas,
  kStatus,
  kTableStatus,
  kTables,
  kTriggers,
  kVariables,
  kWarnings,
  // Ours.
  kKeyspaces,
  kVschema,
  kVitess,
  kTransactionStatus,
  kUnresolvedTransactions,
};

std::string_view ShowKindName(ShowKind kind);

// SHOW in all its forms. Fields that a form does not have are empty.
struct Show : Statement {
  ShowKind show = ShowKind::kTables;
  bool full = false;
  bool extended = false;
  bool if_not_exists = false;                  // SHOW CREATE DATABASE IF NOT EXISTS
  VariableScope scope = VariableScope::kNone;  // STATUS, VARIABLES
  TableName* name = nullptr;  // the object of CREATE x, COLUMNS, INDEX, the engine, ...
  Ident schema;               // FROM schema (also the schema after COLUMNS FROM t FROM schema)
  Literal* like = nullptr;
  Expr* where = nullptr;
  Limit* limit = nullptr;
  std::string_view argument;  // source of what has no field: a user, profile types, a channel
  std::string_view verb;      // kVschema, kVitess: the words in capitals, e.g. VITESS_SHARDS
  KEYSPAN_NODE(Show, Statement, show, full, extended, if_not_exists, scope, name, schema, like,
               where, limit, argument, verb)
};

// USE schema; USE keyspace:shard@type|alias. `target` is the whole target as a name; the pieces
// after it are empty when not written. `type` is as written (PRIMARY, REPLICA, RDONLY...).
struct Use : Statement {
  Ident target;
  std::string_view keyspace;
  std::string_view shard;
  std::string_view type;
  std::string_view alias;
  KEYSPAN_NODE(Use, Statement, target, keyspace, shard, type, alias)
};

enum class TransactionVerb : uint8_t {
  kBegin,  // BEGIN, BEGIN WORK, START TRANSACTION
  kCommit,
  kRollback,
  kSavepoint,
  kRollbackTo,
  kRelease,
};
enum class TriState : uint8_t { kUnset, kNo, kYes };

struct Transaction : Statement {
  TransactionVerb verb = TransactionVerb::kBegin;
  bool start_syntax = false;  // START TRANSACTION
  bool consistent_snapshot = false;
  AccessMode access = AccessMode::kUnset;
  Ident savepoint;
  TriState chain = TriState::kUnset;
  TriState release = TriState::kUnset;
  KEYSPAN_NODE(Transaction, Statement, verb, start_syntax, consistent_snapshot, access, savepoint,
               chain, release)
};

enum class ExplainKind : uint8_t { kStatement, kConnection, kTable };

// EXPLAIN / DESCRIBE / DESC, and our VEXPLAIN.
struct Explain : Statement {
  ExplainKind explain = ExplainKind::kStatement;
  bool analyze = false;
  Ident format;  // TRADITIONAL, JSON, TREE
  CiIdent into_variable;
  Ident schema;  // FOR SCHEMA name
  Statement* statement = nullptr;
  Expr* connection_id = nullptr;
  TableName* table = nullptr;  // DESCRIBE table [column | 'pattern']
  Ident column;
  Literal* pattern = nullptr;
  bool vexplain = false;
  std::string_view vexplain_kind;  // PLAN, QUERIES, ALL, TRACE, KEYS in capitals; empty: none
  KEYSPAN_NODE(Explain, Statement, explain, analyze, format, into_variable, schema, statement,
               connection_id, table, column, pattern, vexplain, vexplain_kind)
};

// PREPARE, EXECUTE, DEALLOCATE.
enum class PrepareVerb : uint8_t { kPrepare, kExecute, kDeallocate };

struct PrepareStatement : Statement {
  PrepareVerb verb = PrepareVerb::kPrepare;
  CiIdent name;
  Literal* text = nullptr;           // PREPARE name FROM 'text'
  UserVariable* variable = nullptr;  // PREPARE name FROM @variable
  List<Expr*> arguments;             // EXECUTE ... USING: UserVariable
  KEYSPAN_NODE(PrepareStatement, Statement, verb, name, text, variable, arguments)
};

}  // namespace keyspan::parser
