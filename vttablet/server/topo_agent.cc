#include "vttablet/server/topo_agent.h"

#include <glog/logging.h>

#include <chrono>
#include <utility>

#include "topo/names.h"

namespace keyspan::vttablet {
namespace {

constexpr std::chrono::milliseconds kRetry{500};
constexpr std::chrono::seconds kCheck{5};

}  // namespace

TopoAgent::TopoAgent(OpenStore open_store, std::string root, topo::Tablet record,
                     ChangeFn on_change)
    : open_store_(std::move(open_store)),
      root_(std::move(root)),
      record_(std::move(record)),
      on_change_(std::move(on_change)),
      type_(record_.type()),
      health_(Unavailable("the topology was not reached yet")),
      thread_([this] { Run(); }) {}

TopoAgent::~TopoAgent() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void TopoAgent::SetType(topo::TabletType type, int64_t primary_term) {
  {
    std::lock_guard lock(mutex_);
    if (type_ == type && term_ == primary_term) return;
    type_ = type;
    term_ = primary_term;
    type_changed_ = true;
  }
  wake_.notify_all();
}

Status TopoAgent::Health() const {
  std::lock_guard lock(mutex_);
  return health_;
}

void TopoAgent::SetHealth(Status status) {
  std::lock_guard lock(mutex_);
  if (!status.ok() && (health_.ok() || health_.message() != status.message())) {
    LOG(WARNING) << "topology: " << status.ToString();
  }
  if (status.ok() && !health_.ok()) LOG(INFO) << "topology: registered";
  health_ = std::move(status);
}

void TopoAgent::Run() {
  bool registered = false;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    const bool write_type = registered && std::exchange(type_changed_, false);
    const topo::TabletType type = type_;
    const int64_t term = term_;
    lock.unlock();
    Status status;
    if (!registered) {
      status = Register();
      registered = status.ok();
    } else {
      if (write_type) status = WriteType(type, term);
      if (status.ok()) status = presence_->Check();
    }
    const bool ok = status.ok();
    SetHealth(std::move(status));
    lock.lock();
    if (!ok && write_type) type_changed_ = true;
    if (stop_ || (ok && type_changed_)) continue;
    wake_.wait_for(lock, ok ? std::chrono::milliseconds(kCheck) : kRetry);
  }
  lock.unlock();
  // In this order: each needs the next one.
  watcher_.reset();
  presence_.reset();
  server_.reset();
  store_.reset();
}

Status TopoAgent::Register() {
  if (!store_) {
    ASSIGN_OR_RETURN(store_, open_store_());
    server_ = std::make_unique<topo::Server>(store_.get(), root_);
  }
  // Who the primary is matters more than being seen, so watch first.
  if (!watcher_) watcher_ = topo::Watcher::Start(server_.get(), {}, on_change_);
  {
    std::lock_guard lock(mutex_);
    record_.set_type(type_);
    record_.set_primary_term(term_);
    type_changed_ = false;
  }
  RETURN_IF_ERROR(server_->CreateTablet(record_));
  if (!presence_) {
    ASSIGN_OR_RETURN(presence_, server_->AnnounceTablet(record_));
  }
  return Status();
}

Status TopoAgent::WriteType(topo::TabletType type, int64_t term) {
  return server_
      ->UpdateTabletFields(record_.alias(),
                           [&](topo::Tablet& tablet) {
                             tablet.set_type(type);
                             tablet.set_primary_term(term);
                             return Status();
                           })
      .status();
}

}  // namespace keyspan::vttablet
