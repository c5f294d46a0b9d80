#pragma once

#include "parser/ast/dml.h"
#include "parser/ast/session.h"

namespace keyspan::parser {

enum class TypeKind : uint8_t {
  kTinyInt,
  kSmallInt,
  kMediumInt,
  kInt,
  kBigInt,
  kDecimal,
  kFloat,
  kDouble,
  kBit,
  kBool,
  kSerial,
  kDate,
  kTime,
  kDateTime,
  kTimestamp,
  kYear,
  kChar,
  kVarchar,
  kBinary,
  kVarbinary,
  kTinyText,
  kText,
  kMediumText,
  kLongText,
  kTinyBlob,
  kBlob,
  kMediumBlob,
  kLongBlob,
  kEnum,
  kSet,
  kJson,
  kVector,
  kGeometry,
  kPoint,
  kLineString,
  kPolygon,
  kMultiPoint,
  kMultiLineString,
  kMultiPolygon,
  kGeometryCollection,
  kSigned,
  kUnsigned,  // only in CAST
};

std::string_view TypeKindName(TypeKind kind);

// A column's, cast's or parameter's type. `length` and `decimals` are as written, empty when not:
// INT(11), DECIMAL(10,2), DATETIME(6). Synonyms are resolved: INTEGER is kInt, DEC is kDecimal,
// NCHAR is kChar with `national`, LONG VARCHAR is kMediumText, REAL is kDouble (kFloat under
// REAL_AS_FLOAT).
struct DataType : Node {
  TypeKind type = TypeKind::kInt;
  std::string_view length;
  std::string_view decimals;
  bool is_unsigned = false;
  bool zerofill = false;
  bool national = false;
  bool binary_collation = false;  // the BINARY attribute of a text type
  Ident charset;
  Ident collation;        // only where the grammar has it inside the type
  List<Literal*> values;  // ENUM, SET
  KEYSPAN_NODE(DataType, Node, type, length, decimals, is_unsigned, zerofill, national,
               binary_collation, charset, collation, values)
};

enum class ReferenceAction : uint8_t {
  kNone,
  kRestrict,
  kCascade,
  kSetNull,
  kNoAction,
  kSetDefault
};
enum class ReferenceMatch : uint8_t { kNone, kFull, kPartial, kSimple };

struct Reference : Node {
  TableName* table = nullptr;
  List<Ident> columns;
  ReferenceMatch match = ReferenceMatch::kNone;
  ReferenceAction on_delete = ReferenceAction::kNone;
  ReferenceAction on_update = ReferenceAction::kNone;
  KEYSPAN_NODE(Reference, Node, table, columns, match, on_delete, on_update)
};

enum class Enforcement : uint8_t { kNone, kEnforced, kNotEnforced };

struct CheckConstraint : Node {
  bool has_constraint = false;  // CONSTRAINT was written, maybe without a name
  Ident name;
  Expr* condition = nullptr;
  Enforcement enforcement = Enforcement::kNone;
  KEYSPAN_NODE(CheckConstraint, Node, has_constraint, name, condition, enforcement)
};

enum class Nullability : uint8_t { kUnset, kNull, kNotNull };
enum class Visibility : uint8_t { kUnset, kVisible, kInvisible };
enum class ColumnKey : uint8_t { kNone, kPrimary, kUnique, kKey };

// Attributes may be written more than once and in any order in MySQL; the last one counts, and the
// printer writes each once.
struct ColumnDef : Node {
  CiIdent name;
  DataType* type = nullptr;
  Ident collation;
  Expr* generated = nullptr;  // AS (expr)
  bool stored = false;        // STORED; VIRTUAL otherwise
  bool generated_always = false;
  Nullability null = Nullability::kUnset;
  Expr* default_value = nullptr;
  bool default_expression = false;  // DEFAULT (expr)
  Expr* on_update = nullptr;
  bool auto_increment = false;
  bool serial_default = false;  // SERIAL DEFAULT VALUE
  ColumnKey key = ColumnKey::kNone;
  bool unique_too = false;  // UNIQUE beside PRIMARY KEY
  Literal* comment = nullptr;
  std::string_view column_format;
  std::string_view storage;
  std::string_view srid;
  Visibility visibility = Visibility::kUnset;
  Literal* engine_attribute = nullptr;
  Literal* secondary_engine_attribute = nullptr;
  bool not_secondary = false;
  Literal* external_format = nullptr;
  Ident masking_policy;
  List<CheckConstraint*> checks;
  Reference* references = nullptr;
  KEYSPAN_NODE(ColumnDef, Node, name, type, collation, generated, stored, generated_always, null,
               default_value, default_expression, on_update, auto_increment, serial_default, key,
               unique_too, comment, column_format, storage, srid, visibility, engine_attribute,
               secondary_engine_attribute, not_secondary, external_format, masking_policy, checks,
               references)
};

// A column with optional prefix length, or an expression.
struct KeyPart : Node {
  CiIdent column;
  std::string_view length;
  Expr* expr = nullptr;
  SortOrder order = SortOrder::kDefault;
  KEYSPAN_NODE(KeyPart, Node, column, length, expr, order)
};

enum class IndexKind : uint8_t { kIndex, kUnique, kPrimary, kFulltext, kSpatial, kForeign };

// An option of an index or of a table. `name` in capitals with single spaces, canonical spelling
// (CHARACTER SET is CHARSET; DEFAULT left out; KEY_BLOCK_SIZE...). One of the values is set, or
// none for a bare word like VISIBLE.
struct Option : Node {
  std::string_view name;
  Expr* value = nullptr;    // Literal or UserVariable
  Ident word;               // a name: an engine, a character set, a row format, ON
  List<TableName*> tables;  // UNION
  KEYSPAN_NODE(Option, Node, name, value, word, tables)
};

struct IndexDef : Node {
  IndexKind index = IndexKind::kIndex;
  bool has_constraint = false;
  Ident constraint;
  Ident name;
  bool if_not_exists = false;
  std::string_view using_type;  // BTREE, HASH, RTREE
  List<KeyPart*> parts;
  Reference* references = nullptr;
  List<Option*> options;
  KEYSPAN_NODE(IndexDef, Node, index, has_constraint, constraint, name, if_not_exists, using_type,
               parts, references, options)
};

struct PartitionDef : Node {
  Ident name;
  bool less_than = false;
  bool maxvalue = false;    // VALUES LESS THAN MAXVALUE, without parentheses
  bool in = false;          // VALUES IN
  bool in_rows = false;     // VALUES IN ((1, 2), (3, 4))
  List<ValuesRow*> values;  // KeywordArg MAXVALUE for MAXVALUE
  List<Option*> options;
  List<PartitionDef*> subpartitions;
  KEYSPAN_NODE(PartitionDef, Node, name, less_than, maxvalue, in, in_rows, values, options,
               subpartitions)
};

enum class PartitionKind : uint8_t { kNone, kHash, kKey, kRange, kList };

struct PartitionBy : Node {
  PartitionKind partition = PartitionKind::kNone;
  bool linear = false;
  bool columns_form = false;   // RANGE COLUMNS, LIST COLUMNS
  std::string_view algorithm;  // KEY ALGORITHM = 1
  Expr* expr = nullptr;
  List<Ident> columns;
  std::string_view count;  // PARTITIONS n
  PartitionKind subpartition = PartitionKind::kNone;
  bool sub_linear = false;
  std::string_view sub_algorithm;
  Expr* sub_expr = nullptr;
  List<Ident> sub_columns;
  std::string_view sub_count;
  List<PartitionDef*> partitions;
  KEYSPAN_NODE(PartitionBy, Node, partition, linear, columns_form, algorithm, expr, columns, count,
               subpartition, sub_linear, sub_algorithm, sub_expr, sub_columns, sub_count,
               partitions)
};

enum class DuplicateHandling : uint8_t { kNone, kIgnore, kReplace };

struct CreateTable : Statement {
  bool temporary = false;
  bool external = false;  // CREATE EXTERNAL TABLE
  bool if_not_exists = false;
  TableName* table = nullptr;
  TableName* like = nullptr;
  List<ColumnDef*> columns;
  List<IndexDef*> indexes;
  List<CheckConstraint*> checks;
  List<Option*> options;
  PartitionBy* partition = nullptr;
  DuplicateHandling duplicates = DuplicateHandling::kNone;
  Query* query = nullptr;
  KEYSPAN_NODE(CreateTable, Statement, temporary, external, if_not_exists, table, like, columns,
               indexes, checks, options, partition, duplicates, query)
};

enum class AlterKind : uint8_t {
  kAddColumn,
  kChangeColumn,
  kModifyColumn,
  kDropColumn,
  kRenameColumn,
  kAlterColumn,
  kAddIndex,
  kDropIndex,
  kDropPrimaryKey,
  kDropForeignKey,
  kDropCheck,
  kDropConstraint,
  kRenameIndex,
  kAlterIndexVisibility,
  kAddCheck,
  kAlterCheck,
  kAlterConstraint,
  kRename,
  kOptions,
  kOrderBy,
  kConvertCharset,
  kDisableKeys,
  kEnableKeys,
  kForce,
  kDiscardTablespace,
  kImportTablespace,
  kAlgorithm,
  kLock,
  kWithValidation,
  kWithoutValidation,
  kSecondaryLoad,
  kSecondaryUnload,
  kPartitionBy,
  kRemovePartitioning,
  kAddPartition,
  kDropPartition,
  kTruncatePartition,
  kReorganizePartition,
  kExchangePartition,
  kCoalescePartition,
  kRebuildPartition,
  kOptimizePartition,
  kAnalyzePartition,
  kCheckPartition,
  kRepairPartition,
  kDiscardPartition,
  kImportPartition,
};

// One action of ALTER TABLE; fields that the action does not have are empty.
struct AlterAction : Node {
  AlterKind action = AlterKind::kForce;
  CiIdent name;  // the column, index, constraint
  CiIdent new_name;
  List<ColumnDef*> columns;  // ADD COLUMN (a, b) has several; then also indexes and checks
  bool column_list = false;  // was written in parentheses
  List<IndexDef*> indexes;
  List<CheckConstraint*> checks;
  bool first = false;
  CiIdent after;
  bool masking_policy = false;    // ALTER COLUMN ... {SET MASKING POLICY new_name | DROP ...}
  Expr* default_value = nullptr;  // ALTER COLUMN ... SET DEFAULT
  bool default_expression = false;
  bool drop_default = false;
  Visibility visibility = Visibility::kUnset;
  Enforcement enforcement = Enforcement::kNone;
  TableName* table = nullptr;  // RENAME TO, EXCHANGE PARTITION ... WITH TABLE
  List<Option*> options;
  List<OrderItem*> order_by;
  Ident charset;  // CONVERT TO; empty for DEFAULT
  Ident collation;
  std::string_view word;  // ALGORITHM and LOCK values; partition check options; a count
  PartitionBy* partition = nullptr;
  bool all_partitions = false;
  bool no_write_to_binlog = false;
  List<Ident> partition_names;
  List<PartitionDef*> partitions;
  TriState validation = TriState::kUnset;
  KEYSPAN_NODE(AlterAction, Node, masking_policy, action, name, new_name, columns, column_list,
               indexes, checks, first, after, default_value, default_expression, drop_default,
               visibility, enforcement, table, options, order_by, charset, collation, word,
               partition, all_partitions, no_write_to_binlog, partition_names, partitions,
               validation)
};

struct AlterTable : Statement {
  TableName* table = nullptr;
  List<AlterAction*> actions;
  KEYSPAN_NODE(AlterTable, Statement, table, actions)
};

struct CreateIndex : Statement {
  IndexDef* index = nullptr;
  TableName* table = nullptr;
  List<AlterAction*> algorithm_and_lock;
  KEYSPAN_NODE(CreateIndex, Statement, index, table, algorithm_and_lock)
};

struct DropIndex : Statement {
  Ident name;
  TableName* table = nullptr;
  List<AlterAction*> algorithm_and_lock;
  KEYSPAN_NODE(DropIndex, Statement, name, table, algorithm_and_lock)
};

enum class DropBehavior : uint8_t { kNone, kRestrict, kCascade };

// DROP TABLE and DROP VIEW.
struct DropTable : Statement {
  bool view = false;
  bool temporary = false;
  bool if_exists = false;
  List<TableName*> tables;
  DropBehavior behavior = DropBehavior::kNone;
  KEYSPAN_NODE(DropTable, Statement, view, temporary, if_exists, tables, behavior)
};

struct RenamePair : Node {
  TableName* from = nullptr;
  TableName* to = nullptr;
  KEYSPAN_NODE(RenamePair, Node, from, to)
};

struct RenameTable : Statement {
  List<RenamePair*> pairs;
  KEYSPAN_NODE(RenameTable, Statement, pairs)
};

struct TruncateTable : Statement {
  TableName* table = nullptr;
  KEYSPAN_NODE(TruncateTable, Statement, table)
};

enum class DatabaseVerb : uint8_t { kCreate, kAlter, kDrop };

struct DatabaseStatement : Statement {
  DatabaseVerb verb = DatabaseVerb::kCreate;
  bool if_exists = false;  // or IF NOT EXISTS for CREATE
  Ident name;              // may be empty in ALTER DATABASE
  List<Option*> options;   // CHARSET, COLLATE, ENCRYPTION, READ ONLY
  KEYSPAN_NODE(DatabaseStatement, Statement, verb, if_exists, name, options)
};

// CREATE [OR REPLACE] VIEW and ALTER VIEW.
struct CreateView : Statement {
  bool alter = false;
  bool or_replace = false;
  bool if_not_exists = false;
  bool materialized = false;
  bool json_duality = false;
  std::string_view algorithm;  // UNDEFINED, MERGE, TEMPTABLE
  std::string_view definer;    // source of the user
  std::string_view security;   // DEFINER, INVOKER
  TableName* view = nullptr;
  List<Ident> columns;
  Query* query = nullptr;
  std::string_view check_option;  // "", CASCADED, LOCAL, DEFAULT (WITH CHECK OPTION alone)
  KEYSPAN_NODE(CreateView, Statement, alter, or_replace, if_not_exists, materialized, json_duality,
               algorithm, definer, security, view, columns, query, check_option)
};

}  // namespace keyspan::parser
