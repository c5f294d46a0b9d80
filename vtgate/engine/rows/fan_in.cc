#include "vtgate/engine/rows/fan_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/async/spawn.h"
#include "vtgate/engine/rows/row_cells.h"

namespace keyspan::vtgate {
namespace {

Status Cancelled() { return Status(StatusCode::kCancelled, "the statement was cancelled"); }

}  // namespace

FanIn::FanIn(std::vector<std::unique_ptr<RowSource>> sources, OnFailure on_failure)
    : lanes_(sources.size()), on_failure_(on_failure) {
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
    while (lanes_[i].state == State::kOpening && !Failed()) co_await changed_->Wait();
  }
  if (Failed()) co_return co_await Failure();
  Status status = CheckColumns();
  if (!status.ok()) co_await GiveUp();
  co_return status;
}

Awaitable<void> FanIn::Run(std::shared_ptr<FanIn> self, size_t index) {
  Status status = co_await self->RunLane(index);
  if (status.ok() || self->stopped_) co_return;
  // What mysqld answered is the end of its reply.
  const bool drain =
      self->on_failure_ == OnFailure::kDrainOthers && status.code() == StatusCode::kMysql;
  if (self->failure_.ok()) self->failure_ = std::move(status);
  if (drain) {
    self->lanes_[index].state = State::kEnded;
    self->changed_->NotifyAll();
  } else {
    self->Stop();
  }
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
    while (lane.state != State::kReading && !stopped_ && !draining_) {
      co_await lane.released->Wait();
    }
  }
  co_return Status::Ok();
}

bool FanIn::AllEnded() const {
  return std::all_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.state == State::kEnded; });
}

Awaitable<void> FanIn::GiveUp() {
  if (on_failure_ == OnFailure::kDrainOthers && !stopped_ && changed_ != nullptr) {
    draining_ = true;
    for (Lane& lane : lanes_) lane.released->NotifyAll();
    while (!AllEnded() && !stopped_) co_await changed_->Wait();
  }
  Stop();
}

// The consumer is done with all batches when it gets here.
Awaitable<Status> FanIn::Failure() {
  co_await GiveUp();
  co_return failure_.ok() ? Cancelled() : failure_;
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
      return Unsupported(
          "not supported yet over several shards: a result whose columns have different types on "
          "the shards");
    }
  }
  return Status::Ok();
}

Awaitable<Result<int>> FanIn::WaitAny() {
  while (true) {
    if (Failed()) co_return co_await Failure();
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
    if (Failed()) co_return co_await Failure();
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
