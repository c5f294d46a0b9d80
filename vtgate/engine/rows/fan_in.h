#pragma once

#include <memory>
#include <vector>

#include "common/async/awaitable.h"
#include "common/async/event.h"
#include "vtgate/engine/rows/row_source.h"

namespace keyspan::vtgate {

// What the failure of one shard's statement means for the replies of the others.
enum class OnFailure : uint8_t {
  kCancelOthers,
  // They are read to their ends and dropped before the failure is told: a statement that is
  // cancelled in a transaction would take the transaction with it.
  kDrainOthers,
};

// Reads several sources at the same time on one io_context: a coroutine per source opens it and
// then stays one batch ahead of the consumer, no more, so that the credit windows beneath bound
// what is held. The coroutines share ownership: the consumer calls Stop() and lets go, and the
// sources are destroyed when their last pending call has returned.
class FanIn : public std::enable_shared_from_this<FanIn> {
 public:
  explicit FanIn(std::vector<std::unique_ptr<RowSource>> sources,
                 OnFailure on_failure = OnFailure::kCancelOthers);

  // Starts all and waits until all are open; fails as soon as one fails, or when their columns do
  // not fit together.
  Awaitable<Status> Open();
  // Waits until some source has a batch ready; returns its index, or -1 when all have ended.
  Awaitable<Result<int>> WaitAny();
  // Waits until this source has a batch (true) or has ended (false).
  Awaitable<Result<bool>> Wait(size_t index);
  // The batch of a source that is ready; its views stay valid until Release().
  RowBatch& batch(size_t index) { return lanes_[index].batch; }
  // The batch was used up: reads the next one.
  void Release(size_t index);
  // Cancels all sources and lets the coroutines end.
  void Stop();
  // No more batches are wanted, because of a failure: ends the sources as OnFailure says. Requires:
  // no batch is looked at any more.
  Awaitable<void> GiveUp();

  size_t size() const { return lanes_.size(); }
  RowSource& source(size_t index) { return *lanes_[index].source; }
  ReplySummary summary() const;

 private:
  enum class State : uint8_t { kOpening, kReading, kReady, kTaken, kEnded };
  struct Lane {
    std::unique_ptr<RowSource> source;
    std::unique_ptr<Event> released;
    RowBatch batch;
    State state = State::kOpening;
  };
  static Awaitable<void> Run(std::shared_ptr<FanIn> self, size_t index);
  Awaitable<Status> RunLane(size_t index);
  Status CheckColumns() const;
  bool Failed() const { return stopped_ || !failure_.ok(); }
  // Requires: Failed(). Why nothing more will come, once the lanes have ended that may.
  Awaitable<Status> Failure();
  bool AllEnded() const;

  std::vector<Lane> lanes_;
  std::unique_ptr<Event> changed_;
  Status failure_;
  OnFailure on_failure_;
  bool draining_ = false;  // batches are dropped
  size_t next_ = 0;        // where WaitAny looks first, so that all get their turn
  bool stopped_ = false;
};

}  // namespace keyspan::vtgate
