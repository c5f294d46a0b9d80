#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vtgate/engine/rows/decimal.h"
#include "vtgate/engine/rows/row_cells.h"
#include "vtgate/engine/rows/row_source.h"
#include "vtgate/engine/rows/sort_key.h"

namespace keyspan::vtgate {

enum class AggregateKind : uint8_t {
  kCount,          // the shards' counts are added
  kCountDistinct,  // added too: only where no value can be on two shards
  kSum,
  kMin,  // text needs a weight column
  kMax,
  kAvg,     // from hidden SUM and COUNT columns
  kBitAnd,  // of integers
  kBitOr,
  kBitXor,
  kAnyValue,  // of the group's first row; without group keys the first that is not NULL
};

// How one column of the shards' results is folded. Columns that no Aggregate names are kAnyValue.
struct Aggregate {
  AggregateKind kind = AggregateKind::kAnyValue;
  int column = 0;
  int weight_column = -1;  // kMin, kMax: WEIGHT_STRING of the aggregate; moves along with it
  int sum_column = -1;     // kAvg: SUM and COUNT of the same expression. They come out summed, too.
  int count_column = -1;
};

// Folds the groups that the shards computed: rows that are equal in all keys become one, in the
// columns and the format of the input. The input is sorted by the keys. Without keys all rows
// become one row, and no rows too (counts 0, the others NULL). Holds one group at a time.
//
// SUM and AVG are exact over exact types: a DECIMAL keeps its scale; AVG rounds as MySQL does,
// which divides to a whole number of 9-digit words beyond the scale, cuts there, and then rounds
// half away from zero to the decimals of the AVG column. Sums past the range of the column's type
// are error 1690.
class GroupAggregate : public RowFilter {
 public:
  GroupAggregate(std::unique_ptr<RowSource> input, std::vector<SortKey> keys,
                 std::vector<Aggregate> aggregates)
      : RowFilter(std::move(input)), keys_(std::move(keys)), aggregates_(std::move(aggregates)) {}

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;

 private:
  // How one column is folded.
  enum class Fold : uint8_t {
    kFirst,
    kSumInteger,
    kSumDecimal,
    kSumDouble,
    kAverage,
    kLeast,
    kGreatest,
    kFollower,
    kBitAnd,
    kBitOr,
    kBitXor,
  };
  struct Slot {
    Fold fold = Fold::kFirst;
    bool count = false;  // NULL never comes out: 0 when there is nothing
    int key = -1;        // kLeast, kGreatest: index in extremes_
    int follower = -1;   // kLeast, kGreatest: the slot of the weight column
    int sum = -1;        // kAverage
    int counts = -1;     // kAverage
    bool has_value = false;
    __int128 integer = 0;
    double dbl = 0;
    Decimal decimal;
    std::string bytes;  // the cell to put out
    std::string best;   // key of the extreme value in `bytes`
  };

  Status InitSlots();
  Status InitAggregate(const Aggregate& aggregate);
  Status InitSum(int column, bool count);
  Status InitBits(const Aggregate& aggregate);
  Status CheckColumn(int column) const;
  // Whether `row` begins a new group.
  Result<bool> BeginsGroup(std::string_view row);
  Status Add(std::string_view row);
  Status AddCells(std::string_view row, bool first);
  Status AddCell(size_t column);
  Status AddExtreme(Slot* slot, const Cell& cell);
  void CopyCell(Slot* slot, const Cell& cell);
  Status Emit(RowBatch& batch);
  Status Finish(size_t column);
  Status FinishAverage(size_t column);

  std::vector<SortKey> keys_;
  std::vector<Aggregate> aggregates_;
  SortKeyEncoder encoder_;
  SortKeyEncoder extremes_;
  RowCells cells_;
  std::vector<Slot> slots_;  // by column
  RowBatch input_batch_;
  size_t input_row_ = 0;
  bool ended_ = false;
  bool emitted_ = false;
  uint64_t group_rows_ = 0;  // 0: no group is open
  std::string group_key_;
  std::string row_key_;
  std::string first_row_;  // of the open group: goes out as it is if it stays alone
  std::string row_;
  std::vector<Cell> out_cells_;
};

}  // namespace keyspan::vtgate
