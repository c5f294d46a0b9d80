#pragma once

#include "parser/statements.h"

// What CREATE TABLE, ALTER TABLE, CREATE INDEX and CREATE DATABASE share.
namespace keyspan::parser {

ColumnDef* ParseColumnDef(Parser& p);                                // name type attributes
Reference* ParseReference(Parser& p);                                // REFERENCES ...
List<KeyPart*> ParseKeyParts(Parser& p);                             // ( ... )
std::string_view ParseOptionalIndexType(Parser& p, bool type_word);  // USING BTREE
List<Option*> ParseIndexOptions(Parser& p, IndexDef* index);
// An element of a table that is no column: an index, or a check. Exactly one of the two is set.
struct TableConstraint {
  IndexDef* index = nullptr;
  CheckConstraint* check = nullptr;
};
bool AtTableConstraint(Parser& p);
TableConstraint ParseTableConstraint(Parser& p);
// The elements between parentheses.
struct TableElements {
  List<ColumnDef*> columns;
  List<IndexDef*> indexes;
  List<CheckConstraint*> checks;
};
TableElements ParseTableElements(Parser& p);
// DEFAULT of a column: a literal with its sign, NOW() and its kind, or (expression).
Expr* ParseColumnDefault(Parser& p, bool* is_expression);
// One option of a table; null when there is none here.
Option* ParseOptionalTableOption(Parser& p);
void ParseTernary(Parser& p, Option* option);   // 0, 1 or DEFAULT
Option* ParseOptionalCharsetOption(Parser& p);  // [DEFAULT] CHARACTER SET / COLLATE / ENCRYPTION
PartitionBy* ParsePartitionBy(Parser& p);       // at PARTITION BY
List<PartitionDef*> ParsePartitionDefs(Parser& p);  // ( PARTITION ..., ... )

Statement* ParseCreateTable(Parser& p, uint32_t begin);  // at [TEMPORARY] TABLE
Statement* ParseAlterTable(Parser& p, uint32_t begin);   // at TABLE
Statement* ParseCreateIndex(Parser& p, uint32_t begin);  // at [UNIQUE|...] INDEX
Statement* ParseDropIndex(Parser& p, uint32_t begin);    // at INDEX
Statement* ParseCreateView(Parser& p, uint32_t begin, bool alter);
Statement* ParseDatabase(Parser& p, uint32_t begin, DatabaseVerb verb);  // at DATABASE
// ALGORITHM = x and LOCK = x of index statements and ALTER TABLE; null when there is none here.
AlterAction* ParseOptionalAlgorithmOrLock(Parser& p);

}  // namespace keyspan::parser
