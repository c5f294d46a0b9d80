#pragma once

#include "parser/parser_core.h"

namespace keyspan::parser {

// What MySQL finds wrong with the definitions of partitions while it parses: values that do not fit
// the kind of partitioning or the number of columns, and numbers of subpartitions that differ.
// Told of each definition in the order of the text; what it finds goes to Parser::FailLater.
// Of ALTER TABLE's ADD and REORGANIZE PARTITION, where kind and columns are not known, the first
// definition decides.
class PartitionRules {
 public:
  explicit PartitionRules(Parser* p) : p_(*p) {}
  // `clause` with everything but its definitions.
  PartitionRules(Parser* p, const PartitionBy& clause);

  void StartPartition() { ++partitions_; }
  // `before` is the token before the definition.
  void NoValues(const Token& before);
  // At `kind`'s VALUES.
  void Values(PartitionKind kind);
  // LESS THAN MAXVALUE, after `values`.
  void MaxvalueAlone(const Token& values);
  // Values in parentheses.
  void Row(const ValuesRow& row);
  // VALUES IN (1, 2), with `row` given to Row before.
  void InValues(const ValuesRow& row);
  // VALUES IN ((1, 2), (3, 4)), with the rows given to Row before; `close` is the last parenthesis.
  void InRows(const Token& close);
  // At the first word of a subpartition.
  void StartSubpartition(const Token& word);
  // The subpartitions after `open`.
  void Subpartitions(const Token& open, size_t count);
  void NoSubpartitions();
  // All definitions were given, after `open`.
  void End(const Token& open);

 private:
  void FailInconsistent(uint32_t offset, uint32_t line_offset);

  Parser& p_;
  PartitionKind kind_ = PartitionKind::kNone;
  bool managing_ = true;  // ADD, REORGANIZE
  bool column_list_ = false;
  size_t columns_ = 0;          // 0 = not known yet
  uint64_t count_ = 0;          // PARTITIONS n; 0 = not given
  uint64_t subpartitions_ = 0;  // SUBPARTITIONS n, or as many as the first partition has
  bool subpartitions_defined_ = false;
  size_t partitions_ = 0;
};

}  // namespace keyspan::parser
