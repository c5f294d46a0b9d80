#include "vtgate/engine/rows/group_aggregate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "vtgate/engine/rows/cell_value.h"

namespace keyspan::vtgate {

using mysql::FieldType;

Awaitable<Status> GroupAggregate::Open() {
  CO_RETURN_IF_ERROR(co_await input().Open());
  CO_RETURN_IF_ERROR(encoder_.Init(columns(), format(), keys_, SortKeyEncoder::Use::kGroup));
  co_return InitSlots();
}

Status GroupAggregate::CheckColumn(int column) const {
  if (column >= 0 && static_cast<size_t>(column) < columns().size()) return Status::Ok();
  return InternalError(fmt::format("aggregate column {} of {}", column, columns().size()));
}

Status GroupAggregate::InitSlots() {
  cells_.Init(columns().fields, format());
  slots_.resize(columns().size());
  out_cells_.resize(columns().size());
  std::vector<SortKey> extremes;
  for (const Aggregate& aggregate : aggregates_) {
    RETURN_IF_ERROR(CheckColumn(aggregate.column));
    if (aggregate.kind == AggregateKind::kMin || aggregate.kind == AggregateKind::kMax) {
      slots_[aggregate.column].key = static_cast<int>(extremes.size());
      extremes.push_back({aggregate.column, aggregate.weight_column, false});
    }
  }
  RETURN_IF_ERROR(extremes_.Init(columns(), format(), extremes, SortKeyEncoder::Use::kExtreme));
  for (const Aggregate& aggregate : aggregates_) RETURN_IF_ERROR(InitAggregate(aggregate));
  return Status::Ok();
}

Status GroupAggregate::InitAggregate(const Aggregate& aggregate) {
  Slot& slot = slots_[aggregate.column];
  switch (aggregate.kind) {
    case AggregateKind::kCount:
    case AggregateKind::kCountDistinct:
      return InitSum(aggregate.column, true);
    case AggregateKind::kSum:
      return InitSum(aggregate.column, false);
    case AggregateKind::kMin:
    case AggregateKind::kMax:
      slot.fold = aggregate.kind == AggregateKind::kMin ? Fold::kLeast : Fold::kGreatest;
      if (aggregate.weight_column >= 0 && aggregate.weight_column != aggregate.column) {
        slot.follower = aggregate.weight_column;
        slots_[aggregate.weight_column].fold = Fold::kFollower;
      }
      return Status::Ok();
    case AggregateKind::kAvg: {
      RETURN_IF_ERROR(CheckColumn(aggregate.sum_column));
      RETURN_IF_ERROR(CheckColumn(aggregate.count_column));
      RETURN_IF_ERROR(InitSum(aggregate.sum_column, false));
      RETURN_IF_ERROR(InitSum(aggregate.count_column, true));
      const FieldType type = columns().fields[aggregate.column].type;
      const bool is_double = slots_[aggregate.sum_column].fold == Fold::kSumDouble;
      if (type != (is_double ? FieldType::kDouble : FieldType::kNewDecimal) ||
          slots_[aggregate.count_column].fold != Fold::kSumInteger) {
        return Unsupported(
            fmt::format("AVG of column '{}' over several shards: its SUM or COUNT "
                        "has an unexpected type",
                        columns().fields[aggregate.column].name));
      }
      slot.fold = Fold::kAverage;
      slot.sum = aggregate.sum_column;
      slot.counts = aggregate.count_column;
      return Status::Ok();
    }
    case AggregateKind::kBitAnd:
    case AggregateKind::kBitOr:
    case AggregateKind::kBitXor:
      return InitBits(aggregate);
    case AggregateKind::kAnyValue:
      slot.fold = Fold::kFirst;
      return Status::Ok();
  }
  return InternalError("unknown aggregate");
}

Status GroupAggregate::InitSum(int column, bool count) {
  Slot& slot = slots_[column];
  const mysql::Field& field = columns().fields[column];
  slot.count = count;
  if (mysql::IsIntegerType(field.type)) {
    slot.fold = Fold::kSumInteger;
  } else if (field.type == FieldType::kNewDecimal && !count) {
    slot.fold = Fold::kSumDecimal;
  } else if (field.type == FieldType::kDouble && !count) {
    slot.fold = Fold::kSumDouble;
  } else {
    return Unsupported(fmt::format("adding up column '{}' of type {} over several shards",
                                   field.name, static_cast<int>(field.type)));
  }
  return Status::Ok();
}

// A shard without rows answers with the neutral value, never with NULL.
Status GroupAggregate::InitBits(const Aggregate& aggregate) {
  const mysql::Field& field = columns().fields[aggregate.column];
  if (!mysql::IsIntegerType(field.type) || !field.is_unsigned()) {
    return Unsupported(fmt::format(
        "bit operations on the strings of column '{}' over several shards", field.name));
  }
  Slot& slot = slots_[aggregate.column];
  slot.fold = aggregate.kind == AggregateKind::kBitAnd  ? Fold::kBitAnd
              : aggregate.kind == AggregateKind::kBitOr ? Fold::kBitOr
                                                        : Fold::kBitXor;
  return Status::Ok();
}

Awaitable<Result<bool>> GroupAggregate::Next(RowBatch& batch) {
  constexpr size_t kBatchBytes = 64 * 1024;
  batch.Clear();
  while (!ended_ && batch.arena().used() < kBatchBytes) {
    if (input_row_ == input_batch_.size()) {
      input_row_ = 0;
      CO_ASSIGN_OR_RETURN(const bool more, co_await input().Next(input_batch_));
      if (more) continue;
      ended_ = true;
      if (group_rows_ > 0 || (keys_.empty() && !emitted_)) CO_RETURN_IF_ERROR(Emit(batch));
      break;
    }
    const std::string_view row = input_batch_[input_row_++];
    CO_ASSIGN_OR_RETURN(const bool begins, BeginsGroup(row));
    if (begins && group_rows_ > 0) CO_RETURN_IF_ERROR(Emit(batch));
    CO_RETURN_IF_ERROR(Add(row));
  }
  co_return !batch.empty();
}

Result<bool> GroupAggregate::BeginsGroup(std::string_view row) {
  if (keys_.empty()) return group_rows_ == 0;
  RETURN_IF_ERROR(encoder_.Encode(row, &row_key_));
  const int order = group_rows_ == 0 ? 1 : row_key_.compare(group_key_);
  if (order < 0) return NotInOrder();
  if (order > 0) std::swap(row_key_, group_key_);
  return order > 0;
}

// Most groups of many queries have a single row: nothing is decoded until there is a second one.
Status GroupAggregate::Add(std::string_view row) {
  if (group_rows_++ == 0) {
    first_row_ = row;
    return Status::Ok();
  }
  if (group_rows_ == 2) {
    for (Slot& slot : slots_) {
      slot.has_value = false;
      slot.integer = 0;
      slot.dbl = 0;
      slot.decimal = Decimal();
    }
    RETURN_IF_ERROR(AddCells(first_row_, true));
  }
  return AddCells(row, false);
}

Status GroupAggregate::AddCells(std::string_view row, bool first) {
  RETURN_IF_ERROR(cells_.Split(row));
  for (size_t i = 0; i < slots_.size(); ++i) {
    // Rows of a group have their other columns in common, or the statement does not care which it
    // gets. But without GROUP BY a shard that has no rows at all answers with NULLs.
    if (slots_[i].fold == Fold::kFirst) {
      if (first || (keys_.empty() && !slots_[i].has_value)) CopyCell(&slots_[i], cells_[i]);
    } else {
      RETURN_IF_ERROR(AddCell(i));
    }
  }
  return Status::Ok();
}

void GroupAggregate::CopyCell(Slot* slot, const Cell& cell) {
  slot->has_value = !cell.null;
  if (!cell.null) slot->bytes = cell.bytes;
}

Status GroupAggregate::AddCell(size_t column) {
  Slot& slot = slots_[column];
  const Cell& cell = cells_[column];
  if (cell.null) return Status::Ok();
  const FieldType type = columns().fields[column].type;
  switch (slot.fold) {
    case Fold::kSumInteger: {
      if (columns().fields[column].is_unsigned()) {
        ASSIGN_OR_RETURN(const uint64_t value, ReadUnsigned(cell.bytes, type, format()));
        slot.integer += value;
      } else {
        ASSIGN_OR_RETURN(const int64_t value, ReadSigned(cell.bytes, type, format()));
        slot.integer += value;
      }
      break;
    }
    case Fold::kSumDecimal: {
      ASSIGN_OR_RETURN(const Decimal value, Decimal::Parse(cell.bytes));
      ASSIGN_OR_RETURN(slot.decimal, slot.decimal.Add(value));
      break;
    }
    case Fold::kSumDouble: {
      ASSIGN_OR_RETURN(const double value, ReadDouble(cell.bytes, type, format()));
      slot.dbl += value;
      break;
    }
    case Fold::kBitAnd:
    case Fold::kBitOr:
    case Fold::kBitXor: {
      ASSIGN_OR_RETURN(const uint64_t value, ReadUnsigned(cell.bytes, type, format()));
      const uint64_t bits = static_cast<uint64_t>(slot.integer);
      slot.integer = !slot.has_value              ? value
                     : slot.fold == Fold::kBitAnd ? bits & value
                     : slot.fold == Fold::kBitOr  ? bits | value
                                                  : bits ^ value;
      break;
    }
    case Fold::kLeast:
    case Fold::kGreatest:
      return AddExtreme(&slot, cell);
    case Fold::kFirst:
    case Fold::kAverage:
    case Fold::kFollower:
      return Status::Ok();
  }
  slot.has_value = true;
  return Status::Ok();
}

Status GroupAggregate::AddExtreme(Slot* slot, const Cell& cell) {
  row_key_.clear();
  const size_t key = static_cast<size_t>(slot->key);
  RETURN_IF_ERROR(extremes_.AppendCell(key, cells_[extremes_.key_column(key)], &row_key_));
  const int order = slot->has_value ? row_key_.compare(slot->best) : -1;
  const bool better = slot->fold == Fold::kLeast || !slot->has_value ? order < 0 : order > 0;
  if (!better) return Status::Ok();
  std::swap(slot->best, row_key_);
  CopyCell(slot, cell);
  if (slot->follower >= 0) CopyCell(&slots_[slot->follower], cells_[slot->follower]);
  return Status::Ok();
}

Status GroupAggregate::Emit(RowBatch& batch) {
  const uint64_t rows = std::exchange(group_rows_, 0);
  emitted_ = true;
  if (rows == 1) {
    batch.AddCopy(first_row_);
    return Status::Ok();
  }
  for (size_t i = 0; i < slots_.size(); ++i) RETURN_IF_ERROR(Finish(i));
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].fold == Fold::kAverage) RETURN_IF_ERROR(FinishAverage(i));
    out_cells_[i] = {slots_[i].bytes, !slots_[i].has_value};
  }
  row_.clear();
  cells_.Join(out_cells_, &row_);
  batch.AddCopy(row_);
  return Status::Ok();
}

Status GroupAggregate::Finish(size_t column) {
  Slot& slot = slots_[column];
  const mysql::Field& field = columns().fields[column];
  if (slot.count) slot.has_value = true;
  if (!slot.has_value) return Status::Ok();
  switch (slot.fold) {
    case Fold::kSumInteger:
    case Fold::kBitAnd:
    case Fold::kBitOr:
    case Fold::kBitXor:
      return WriteInteger(slot.integer, field, format(), &slot.bytes);
    case Fold::kSumDecimal:
      slot.bytes.clear();
      slot.decimal.AppendTo(&slot.bytes);
      return Status::Ok();
    case Fold::kSumDouble:
      return WriteDouble(slot.dbl, field, format(), &slot.bytes);
    default:
      return Status::Ok();
  }
}

Status GroupAggregate::FinishAverage(size_t column) {
  Slot& slot = slots_[column];
  const Slot& sum = slots_[slot.sum];
  const __int128 count = slots_[slot.counts].integer;
  slot.has_value = sum.has_value && count > 0;
  if (!slot.has_value) return Status::Ok();
  const mysql::Field& field = columns().fields[column];
  if (sum.fold == Fold::kSumDouble) {
    return WriteDouble(sum.dbl / static_cast<double>(count), field, format(), &slot.bytes);
  }
  Decimal total = sum.decimal;
  if (sum.fold == Fold::kSumInteger) {
    ASSIGN_OR_RETURN(total, Decimal::Parse(fmt::format("{}", sum.integer)));
  }
  ASSIGN_OR_RETURN(const Decimal average,
                   total.DivideForAverage(static_cast<uint64_t>(count), field.decimals));
  slot.bytes.clear();
  average.AppendTo(&slot.bytes);
  return Status::Ok();
}

}  // namespace keyspan::vtgate
