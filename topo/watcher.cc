#include "topo/watcher.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

namespace keyspan::topo {
namespace {

// What the watches have reported, for the watcher's thread. Shared with every armed watch, because
// one may fire after the watcher is gone.
class Mailbox {
 public:
  void Post(const std::string& path) {
    const std::lock_guard lock(mutex_);
    dirty_.insert(path);
    changed_.notify_all();
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

  // Waits for reports; an empty set means stop.
  std::set<std::string> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || !dirty_.empty(); });
    if (stopped_) return {};
    return std::exchange(dirty_, {});
  }

  // False when stopped.
  bool Sleep(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, time, [&] { return stopped_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> dirty_;
  bool stopped_ = false;
};

template <typename T>
bool Decodes(const std::string& value) {
  return T().ParseFromString(value);
}

class WatcherImpl : public Watcher {
 public:
  WatcherImpl(Server* server, Options options, ChangeFn on_change)
      : server_(server),
        options_(std::move(options)),
        on_change_(std::move(on_change)),
        current_(std::make_shared<TopoSnapshot>()) {
    thread_ = std::thread([this] { Run(); });
  }

  ~WatcherImpl() override {
    mailbox_->Stop();
    thread_.join();
  }

  std::shared_ptr<const TopoSnapshot> Current() const override {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  Status WaitReady(std::chrono::milliseconds timeout) override {
    std::unique_lock lock(mutex_);
    if (published_.wait_for(lock, timeout, [&] { return current_->generation > 0; })) {
      return Status::Ok();
    }
    return Status(StatusCode::kDeadlineExceeded,
                  fmt::format("the topology was not read within {} ms", timeout.count()));
  }

 private:
  using ReadFn = std::function<Status(const std::string& path)>;
  using ChildFn = std::function<void(const std::string& name)>;

  void Run() {
    WatchTree();
    bool failing = false;
    for (;;) {
      const std::set<std::string> dirty = mailbox_->Take();
      if (dirty.empty()) return;
      // Changes that belong together (a shard record and its tablets) often come some milliseconds
      // apart.
      if (!mailbox_->Sleep(options_.settle_delay)) return;
      pending_.insert(dirty.begin(), dirty.end());
      while (!pending_.empty()) {
        const std::string path = *pending_.begin();
        const auto reader = readers_.find(path);
        Status status;
        // A copy, because reading a list may remove readers.
        if (reader != readers_.end()) status = ReadFn(reader->second)(path);
        if (status.ok()) {
          pending_.erase(path);
          LOG_IF(INFO, failing) << "the topology can be read again";
          failing = false;
          continue;
        }
        LOG_IF(WARNING, !failing) << "cannot read the topology, the last known one stays: "
                                  << status.ToString();
        if (!mailbox_->Sleep(options_.retry_delay)) return;
      }
      if (changed_ || Current()->generation == 0) Publish();
      changed_ = false;
    }
  }

  // --- What is read, and what each thing leads to ---

  void WatchTree() {
    const std::string global = server_->GlobalPath();
    AddList(global + "/cells", [this](const std::string& cell) { AddCell(cell); });
    AddList(global + "/keyspaces", [this](const std::string& name) { AddKeyspace(name); });
    // Take() wakes only on a report.
    for (const std::string& path : pending_) mailbox_->Post(path);
  }

  void AddCell(const std::string& cell) {
    Add(server_->CellInfoPath(cell), [this, cell](const std::string& path) -> Status {
      RETURN_IF_ERROR(ReadValue(path, Decodes<CellInfo>));
      if (!WantsTablets(cell) || !values_.contains(path)) return Status::Ok();
      const std::string tablets = TabletsPath(cell);
      if (readers_.contains(tablets)) return Status::Ok();
      AddList(tablets, [this, tablets](const std::string& alias) {
        AddValue(fmt::format("{}/{}/Tablet", tablets, alias), Decodes<Tablet>);
        AddValue(fmt::format("{}/{}/presence", tablets, alias), nullptr);
      });
      return Status::Ok();
    });
  }

  void AddKeyspace(const std::string& keyspace) {
    const std::string path = server_->KeyspacePath(keyspace);
    AddValue(path + "/Keyspace", Decodes<Keyspace>);
    AddValue(path + "/VSchema", nullptr);
    AddList(path + "/shards", [this, keyspace](const std::string& shard) {
      AddValue(server_->ShardPath(keyspace, shard) + "/Shard", Decodes<Shard>);
    });
  }

  bool WantsTablets(const std::string& cell) const {
    const auto& cells = options_.cells;
    return cells.empty() || std::find(cells.begin(), cells.end(), cell) != cells.end();
  }

  std::string TabletsPath(const std::string& cell) const {
    CellInfo info;
    const auto node = values_.find(server_->CellInfoPath(cell));
    if (node != values_.end()) info.ParseFromString(node->second.value);
    return (info.root().empty() ? server_->DefaultCellRoot(cell) : info.root()) + "/tablets";
  }

  // --- Reading ---

  void Add(const std::string& path, ReadFn read) {
    if (readers_.emplace(path, std::move(read)).second) pending_.insert(path);
  }

  void AddValue(const std::string& path, bool (*decodes)(const std::string&)) {
    Add(path, [this, decodes](const std::string& p) { return ReadValue(p, decodes); });
  }

  void AddList(const std::string& path, ChildFn on_child) {
    Add(path, [this, on_child = std::move(on_child)](const std::string& p) {
      return ReadList(p, on_child);
    });
  }

  WatchFn ReportOf(const std::string& path) const {
    return [mailbox = mailbox_, path] { mailbox->Post(path); };
  }

  Status ReadValue(const std::string& path, bool (*decodes)(const std::string&)) {
    auto node = server_->store()->Get(path, ReportOf(path));
    if (!node.ok()) {
      if (node.status().code() != StatusCode::kNotFound) return node.status();
      if (values_.erase(path) > 0) changed_ = true;
      return Status::Ok();
    }
    if (decodes != nullptr && !decodes(node->value)) {
      LOG(ERROR) << path << " cannot be decoded; its last good value stays";
      return Status::Ok();
    }
    const auto known = values_.find(path);
    if (known != values_.end() && known->second.value == node->value) {
      known->second.version = node->version;
      return Status::Ok();
    }
    values_[path] = *std::move(node);
    changed_ = true;
    return Status::Ok();
  }

  Status ReadList(const std::string& path, const ChildFn& on_child) {
    // The watch on children needs the folder; the watch on the value tells when it appears.
    auto names = server_->store()->List(path, ReportOf(path));
    if (!names.ok() && names.status().code() != StatusCode::kNotFound) return names.status();
    const std::vector<std::string> now =
        names.ok() ? *std::move(names) : std::vector<std::string>();
    std::vector<std::string>& known = lists_[path];
    for (const std::string& name : known) {
      if (std::find(now.begin(), now.end(), name) == now.end()) Forget(path + "/" + name + "/");
    }
    if (known != now) changed_ = true;
    known = now;
    for (const std::string& name : now) on_child(name);
    return Status::Ok();
  }

  // Everything under a folder that is gone. A cell's tablets lie elsewhere and stay known, unused.
  void Forget(const std::string& prefix) {
    const auto under = [&](const auto& entry) { return entry.first.starts_with(prefix); };
    std::erase_if(readers_, under);
    std::erase_if(values_, under);
    std::erase_if(lists_, under);
    std::erase_if(pending_, [&](const std::string& path) { return path.starts_with(prefix); });
  }

  // --- Publishing ---

  template <typename T>
  bool Lookup(const std::string& path, T* record) const {
    const auto node = values_.find(path);
    return node != values_.end() && record->ParseFromString(node->second.value);
  }

  std::vector<std::string> Children(const std::string& path) const {
    const auto list = lists_.find(path);
    return list == lists_.end() ? std::vector<std::string>() : list->second;
  }

  void Publish() {
    auto snapshot = std::make_shared<TopoSnapshot>();
    for (const std::string& cell : Children(server_->GlobalPath() + "/cells")) {
      CellInfo info;
      if (!Lookup(server_->CellInfoPath(cell), &info)) continue;
      snapshot->cells.push_back(cell);
      const std::string tablets = TabletsPath(cell);
      for (const std::string& alias : Children(tablets)) {
        TopoSnapshot::TabletEntry entry;
        if (!Lookup(fmt::format("{}/{}/Tablet", tablets, alias), &entry.record)) continue;
        entry.present = values_.contains(fmt::format("{}/{}/presence", tablets, alias));
        snapshot->tablets.emplace(alias, std::move(entry));
      }
    }
    for (const std::string& keyspace : Children(server_->GlobalPath() + "/keyspaces")) {
      TopoSnapshot::KeyspaceEntry entry;
      const std::string path = server_->KeyspacePath(keyspace);
      if (!Lookup(path + "/Keyspace", &entry.record)) continue;
      if (const auto vschema = values_.find(path + "/VSchema"); vschema != values_.end()) {
        entry.vschema_json = vschema->second.value;
        entry.vschema_version = vschema->second.version;
      }
      for (const std::string& shard : Children(path + "/shards")) {
        Shard record;
        if (Lookup(server_->ShardPath(keyspace, shard) + "/Shard", &record)) {
          entry.shards.emplace(shard, std::move(record));
        }
      }
      snapshot->keyspaces.emplace(keyspace, std::move(entry));
    }
    {
      const std::lock_guard lock(mutex_);
      snapshot->generation = current_->generation + 1;
      current_ = snapshot;
    }
    published_.notify_all();
    if (on_change_) on_change_(snapshot);
  }

  Server* const server_;
  const Options options_;
  const ChangeFn on_change_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();

  // Of the watcher's thread alone.
  std::map<std::string, ReadFn> readers_;  // by path: how to read it
  std::map<std::string, Node> values_;
  std::map<std::string, std::vector<std::string>> lists_;
  std::set<std::string> pending_;
  bool changed_ = false;

  mutable std::mutex mutex_;  // guards current_
  std::condition_variable published_;
  std::shared_ptr<const TopoSnapshot> current_;

  std::thread thread_;
};

}  // namespace

std::unique_ptr<Watcher> Watcher::Start(Server* server, Options options, ChangeFn on_change) {
  return std::make_unique<WatcherImpl>(server, std::move(options), std::move(on_change));
}

}  // namespace keyspan::topo
