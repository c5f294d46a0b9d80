#include "vtgate/engine/rows/fan_in.h"

#include <fmt/format.h>

#include <utility>

#include "common/async/spawn.h"
#include "vtgate/engine/rows/row_cells.h"

namespace keyspan::vtgate {
namespace {

Status Cancelled() { return Status(StatusCode::kCancelled, "the statement was cancelled"); }

}  // namespace

FanIn::FanIn(std::vector<std::unique_ptr<RowSource>> sources) : lanes_(sources.size()) {
  for (size_t i = 0; i < sources.size(); ++i) lanes_[i].source = std::move(sources[i]);
}

Awaitable<Status> FanIn::Open() {
  if (lanes_.empty()) co_return InternalError("a merge of no shards");
  const Executor executor = co_await boost::asio::this_coro::executor;
  changed_ = std::make_unique<Event>(executor);
  for (size_t i = 0; i < lanes_.size(); ++i) {
    lanes_[i].released = std::make_unique<Event>(executor);
    Spawn("fan_in", executor, [self = shared_from_this(), i] { return Run(self, i); });
  }
  for (size_t i = 0; i < lanes_.size(); ++i) {
    while (lanes_[i].state == State::kOpening) {
      CO_RETURN_IF_ERROR(Failure());
      co_await changed_->Wait();
    }
  }
  CO_RETURN_IF_ERROR(Failure());
  Status status = CheckColumns();
  if (!status.ok()) Stop();
  co_return status;
}

Awaitable<void> FanIn::Run(std::shared_ptr<FanIn> self, size_t index) {
  Status status = co_await self->RunLane(index);
  if (status.ok() || self->stopped_) co_return;
  self->failure_ = std::move(status);
  self->Stop();
}

Awaitable<Status> FanIn::RunLane(size_t index) {
  Lane& lane = lanes_[index];
  if (stopped_) co_return Status::Ok();
  CO_RETURN_IF_ERROR(co_await lane.source->Open());
  lane.state = State::kReading;
  while (!stopped_) {
    changed_->NotifyAll();
    CO_ASSIGN_OR_RETURN(const bool more, co_await lane.source->Next(lane.batch));
    lane.state = more ? State::kReady : State::kEnded;
    changed_->NotifyAll();
    if (!more) break;
    while (lane.state != State::kReading && !stopped_) co_await lane.released->Wait();
  }
  co_return Status::Ok();
}

Status FanIn::Failure() const {
  if (!failure_.ok()) return failure_;
  return stopped_ ? Cancelled() : Status::Ok();
}

Status FanIn::CheckColumns() const {
  const RowSource& first = *lanes_[0].source;
  RowCells cells;
  cells.Init(first.columns().fields, first.format());
  for (const Lane& lane : lanes_) {
    const RowSource& source = *lane.source;
    if (source.format() != first.format()) return InternalError("text rows among binary rows");
    RowCells others;
    others.Init(source.columns().fields, source.format());
    if (!cells.SameEncoding(others)) {
      return Status(StatusCode::kFailedPrecondition,
                    fmt::format("the shards' results differ in their columns ({} and {}): is a "
                                "schema change going on?",
                                first.columns().size(), source.columns().size()));
    }
  }
  return Status::Ok();
}

Awaitable<Result<int>> FanIn::WaitAny() {
  while (true) {
    CO_RETURN_IF_ERROR(Failure());
    bool all_ended = true;
    for (size_t step = 0; step < lanes_.size(); ++step) {
      const size_t index = (next_ + step) % lanes_.size();
      Lane& lane = lanes_[index];
      if (lane.state == State::kReady) {
        lane.state = State::kTaken;
        next_ = index + 1;
        co_return static_cast<int>(index);
      }
      all_ended = all_ended && lane.state == State::kEnded;
    }
    if (all_ended) co_return -1;
    co_await changed_->Wait();
  }
}

Awaitable<Result<bool>> FanIn::Wait(size_t index) {
  Lane& lane = lanes_[index];
  while (true) {
    CO_RETURN_IF_ERROR(Failure());
    if (lane.state == State::kEnded) co_return false;
    if (lane.state == State::kReady) {
      lane.state = State::kTaken;
      co_return true;
    }
    co_await changed_->Wait();
  }
}

void FanIn::Release(size_t index) {
  Lane& lane = lanes_[index];
  if (lane.state != State::kTaken) return;
  lane.state = State::kReading;
  lane.released->NotifyAll();
}

void FanIn::Stop() {
  if (stopped_) return;
  stopped_ = true;
  for (Lane& lane : lanes_) {
    if (lane.state != State::kEnded) lane.source->Cancel();
    if (lane.released) lane.released->NotifyAll();
  }
  if (changed_) changed_->NotifyAll();
}

ReplySummary FanIn::summary() const {
  ReplySummary sum;
  for (const Lane& lane : lanes_) sum.Add(lane.source->summary());
  return sum;
}

}  // namespace keyspan::vtgate
