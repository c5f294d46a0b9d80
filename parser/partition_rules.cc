#include "parser/partition_rules.h"

#include <fmt/format.h>

#include "parser/integer_text.h"

namespace keyspan::parser {
namespace {

// The most columns that MySQL expects where it does not know their number.
constexpr size_t kMaxColumns = 16;
constexpr std::string_view kInconsistent =
    "Inconsistency in usage of column lists for partitioning";
constexpr std::string_view kWrongSubpartitions =
    "Wrong number of subpartitions defined, mismatch with previous setting";

}  // namespace

PartitionRules::PartitionRules(Parser* p, const PartitionBy& clause)
    : p_(*p),
      kind_(clause.partition),
      managing_(false),
      column_list_(clause.columns_form),
      columns_(clause.columns_form ? clause.columns.count : 1),
      count_(IntegerOf(clause.count)),
      subpartitions_(IntegerOf(clause.sub_count)) {}

void PartitionRules::FailInconsistent(uint32_t offset, uint32_t line_offset) {
  p_.SyntaxErrorLater(kInconsistent, offset, line_offset);
}

void PartitionRules::NoValues(const Token& before) {
  if (managing_ && partitions_ == 1) {
    kind_ = PartitionKind::kHash;
  } else if (kind_ == PartitionKind::kRange) {
    p_.SyntaxErrorLater(
        "Syntax error: RANGE PARTITIONING requires definition of VALUES LESS THAN for each "
        "partition",
        before.begin, before.end);
  } else if (kind_ == PartitionKind::kList) {
    p_.SyntaxErrorLater(
        "Syntax error: LIST PARTITIONING requires definition of VALUES IN for each partition",
        before.begin, before.end);
  }
}

void PartitionRules::Values(PartitionKind kind) {
  if (managing_ && partitions_ == 1) {
    kind_ = kind;
  } else if (kind_ != kind) {
    p_.FailLater(1480, "HY000",
                 kind == PartitionKind::kRange
                     ? "Only RANGE PARTITIONING can use VALUES LESS THAN in partition definition"
                     : "Only LIST PARTITIONING can use VALUES IN in partition definition");
  }
}

void PartitionRules::MaxvalueAlone(const Token& values) {
  if (columns_ > 1) {
    FailInconsistent(values.begin, values.end);
  }
  columns_ = 1;
}

void PartitionRules::Row(const ValuesRow& row) {
  const bool list = kind_ == PartitionKind::kList;
  // In a list of one column each value stands for itself.
  const auto single_values = [&] { return list && columns_ == 1; };
  for (size_t i = 0; i < row.values.count; ++i) {
    if (list && Is<KeywordArg>(row.values[i])) {
      p_.SyntaxErrorLater("Cannot use MAXVALUE as value in VALUES IN", row.values[i]->begin,
                          row.values[i]->end);
    }
    if (single_values() || i < (columns_ == 0 ? kMaxColumns : columns_)) {
      continue;
    }
    if (columns_ == 0 && list) {
      columns_ = 1;
    } else if (column_list_) {
      p_.FailLater(1653, "HY000", std::string(kInconsistent));
    } else {
      p_.FailLater(1657, "HY000",
                   fmt::format("Cannot have more than one value for this type of {} partitioning",
                               list ? "LIST" : "RANGE"));
    }
  }
  if (single_values()) {
    return;
  }
  if (columns_ == 0) {
    columns_ = row.values.count;
  } else if (columns_ != row.values.count) {
    FailInconsistent(row.end - 1, row.end);
  }
}

void PartitionRules::InValues(const ValuesRow& row) {
  if (columns_ != 1) {
    if (!managing_ || partitions_ > 1) {
      FailInconsistent(row.begin, row.begin + 1);
    }
    columns_ = 1;
  }
}

void PartitionRules::InRows(const Token& close) {
  if (columns_ < 2) {
    p_.SyntaxErrorLater(
        "Row expressions in VALUES IN only allowed for multi-field column partitioning",
        close.begin, close.end);
  }
}

void PartitionRules::StartSubpartition(const Token& word) {
  if (!subpartitions_defined_ && partitions_ > 1) {
    p_.SyntaxErrorLater(kWrongSubpartitions, word.begin, word.end);
  }
  subpartitions_defined_ = true;
}

void PartitionRules::Subpartitions(const Token& open, size_t count) {
  if (subpartitions_ == 0) {
    subpartitions_ = count;
  } else if (subpartitions_ != count) {
    p_.SyntaxErrorLater(kWrongSubpartitions, open.begin, open.end);
  }
}

void PartitionRules::NoSubpartitions() {
  if (subpartitions_ != 0 && subpartitions_defined_) {
    p_.SyntaxErrorLater(kWrongSubpartitions, p_.prev_end(), p_.prev_end());
  }
}

void PartitionRules::End(const Token& open) {
  if (count_ != 0 && count_ != partitions_) {
    p_.SyntaxErrorLater("Wrong number of partitions defined, mismatch with previous setting",
                        open.begin, open.end);
  }
}

}  // namespace keyspan::parser
