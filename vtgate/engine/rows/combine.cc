#include "vtgate/engine/rows/combine.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace keyspan::vtgate {

Concat::Concat(std::vector<std::unique_ptr<RowSource>> inputs, OnFailure on_failure)
    : fan_in_(std::make_shared<FanIn>(std::move(inputs), on_failure)) {}

Concat::~Concat() { fan_in_->Stop(); }

Awaitable<Status> Concat::Open() { return fan_in_->Open(); }

Awaitable<Result<bool>> Concat::Next(RowBatch& batch) {
  batch.Clear();
  if (taken_ >= 0) fan_in_->Release(static_cast<size_t>(taken_));
  taken_ = -1;
  CO_ASSIGN_OR_RETURN(const int index, co_await fan_in_->WaitAny());
  if (index < 0) co_return false;
  taken_ = index;
  std::swap(batch, fan_in_->batch(static_cast<size_t>(index)));
  co_return true;
}

void Concat::Cancel() { fan_in_->Stop(); }
Awaitable<void> Concat::GiveUp() { return fan_in_->GiveUp(); }
const Columns& Concat::columns() const { return fan_in_->source(0).columns(); }
RowFormat Concat::format() const { return fan_in_->source(0).format(); }
ReplySummary Concat::summary() const { return fan_in_->summary(); }

MergeSort::MergeSort(std::vector<std::unique_ptr<RowSource>> inputs, std::vector<SortKey> keys,
                     OnFailure on_failure)
    : fan_in_(std::make_shared<FanIn>(std::move(inputs), on_failure)), keys_(std::move(keys)) {}

MergeSort::~MergeSort() { fan_in_->Stop(); }

Awaitable<Status> MergeSort::Open() {
  CO_RETURN_IF_ERROR(co_await fan_in_->Open());
  Status status = InitKeys();
  if (!status.ok()) co_await fan_in_->GiveUp();
  co_return status;
}

Status MergeSort::InitKeys() {
  constexpr auto kUse = SortKeyEncoder::Use::kOrder;
  RETURN_IF_ERROR(encoder_.Init(columns(), format(), keys_, kUse));
  for (size_t i = 1; i < fan_in_->size(); ++i) {
    SortKeyEncoder other;
    RETURN_IF_ERROR(other.Init(fan_in_->source(i).columns(), format(), keys_, kUse));
    if (!encoder_.SameKinds(other)) {
      return Unsupported(
          "not supported yet over several shards: a result whose columns to sort by have different "
          "types on the shards");
    }
  }
  heads_.resize(fan_in_->size());
  heap_.reserve(fan_in_->size());
  exhausted_.resize(fan_in_->size());
  std::iota(exhausted_.begin(), exhausted_.end(), 0);
  return Status::Ok();
}

// std::*_heap keeps the greatest first, so the order is turned round.
bool MergeSort::After(size_t a, size_t b) const {
  const int order = heads_[a].key.compare(heads_[b].key);
  return order != 0 ? order > 0 : a > b;
}

Status MergeSort::Push(size_t input) {
  Head& head = heads_[input];
  RETURN_IF_ERROR(encoder_.Encode(fan_in_->batch(input)[head.row], &head.key));
  heap_.push_back(static_cast<uint32_t>(input));
  std::push_heap(heap_.begin(), heap_.end(), [this](size_t a, size_t b) { return After(a, b); });
  return Status::Ok();
}

// Restores the heap after the head of its first input has grown.
void MergeSort::SiftDown() {
  const size_t size = heap_.size();
  size_t hole = 0;
  const uint32_t moved = heap_[0];
  for (size_t child = 1; child < size; child = 2 * hole + 1) {
    if (child + 1 < size && After(heap_[child], heap_[child + 1])) ++child;
    if (!After(moved, heap_[child])) break;
    heap_[hole] = heap_[child];
    hole = child;
  }
  heap_[hole] = moved;
}

Awaitable<Result<bool>> MergeSort::Next(RowBatch& batch) {
  batch.Clear();
  for (uint32_t input : exhausted_) fan_in_->Release(input);
  for (uint32_t input : exhausted_) {
    CO_ASSIGN_OR_RETURN(const bool more, co_await fan_in_->Wait(input));
    heads_[input].row = 0;
    if (more) CO_RETURN_IF_ERROR(Push(input));
  }
  exhausted_.clear();
  CO_RETURN_IF_ERROR(Merge(batch));
  co_return !batch.empty();
}

// Until an input's batch is used up: its next batch must be known to go on, and to read it would
// end the life of the rows that were given out.
Status MergeSort::Merge(RowBatch& batch) {
  while (!heap_.empty()) {
    const uint32_t input = heap_[0];
    const RowBatch& rows = fan_in_->batch(input);
    Head& head = heads_[input];
    batch.AddView(rows[head.row++]);
    if (heap_.size() == 1) {
      while (head.row < rows.size()) batch.AddView(rows[head.row++]);
    }
    if (head.row == rows.size()) {
      heap_[0] = heap_.back();
      heap_.pop_back();
      if (!heap_.empty()) SiftDown();
      exhausted_.push_back(input);
      return Status::Ok();
    }
    RETURN_IF_ERROR(encoder_.Encode(rows[head.row], &head.key));
    SiftDown();
  }
  return Status::Ok();
}

void MergeSort::Cancel() { fan_in_->Stop(); }
Awaitable<void> MergeSort::GiveUp() { return fan_in_->GiveUp(); }
const Columns& MergeSort::columns() const { return fan_in_->source(0).columns(); }
RowFormat MergeSort::format() const { return fan_in_->source(0).format(); }
ReplySummary MergeSort::summary() const { return fan_in_->summary(); }

}  // namespace keyspan::vtgate
