#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vtgate/engine/rows/fan_in.h"
#include "vtgate/engine/rows/row_source.h"
#include "vtgate/engine/rows/sort_key.h"

namespace keyspan::vtgate {

// All rows of all inputs, in the order in which they arrive. The inputs are read at the same time,
// one batch ahead each. The first failure of any input is the failure of the whole; what becomes of
// the others, `on_failure` says.
class Concat : public RowSource {
 public:
  explicit Concat(std::vector<std::unique_ptr<RowSource>> inputs,
                  OnFailure on_failure = OnFailure::kCancelOthers);
  ~Concat() override;

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;
  void Cancel() override;
  // Ends the inputs after a failure further up; see FanIn.
  Awaitable<void> GiveUp();
  const Columns& columns() const override;
  RowFormat format() const override;
  ReplySummary summary() const override;

 private:
  std::shared_ptr<FanIn> fan_in_;
  int taken_ = -1;  // the input whose batch the caller has
};

// All rows of inputs that are each sorted by `keys`, in that order. Rows with equal keys come in
// the order of the inputs. Opening, reading ahead and failures as in Concat; the rows are views of
// the inputs' batches.
class MergeSort : public RowSource {
 public:
  MergeSort(std::vector<std::unique_ptr<RowSource>> inputs, std::vector<SortKey> keys,
            OnFailure on_failure = OnFailure::kCancelOthers);
  ~MergeSort() override;

  Awaitable<Status> Open() override;
  Awaitable<Result<bool>> Next(RowBatch& batch) override;
  void Cancel() override;
  // Ends the inputs after a failure further up; see FanIn.
  Awaitable<void> GiveUp();
  const Columns& columns() const override;
  RowFormat format() const override;
  ReplySummary summary() const override;

 private:
  struct Head {
    std::string key;
    size_t row = 0;  // index in its input's batch
  };
  Status InitKeys();
  Status Merge(RowBatch& batch);
  // Puts the input's current row into the heap.
  Status Push(size_t input);
  bool After(size_t a, size_t b) const;  // heap order
  void SiftDown();

  std::shared_ptr<FanIn> fan_in_;
  std::vector<SortKey> keys_;
  SortKeyEncoder encoder_;
  std::vector<Head> heads_;          // by input
  std::vector<uint32_t> heap_;       // inputs, smallest head first
  std::vector<uint32_t> exhausted_;  // inputs whose batch is used up
};

}  // namespace keyspan::vtgate
