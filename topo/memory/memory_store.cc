#include "topo/memory/memory_store.h"

#include <fmt/format.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "topo/records.pb.h"

namespace keyspan::topo {
namespace {

std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

Status Cut() { return Unavailable("the memory store is switched off"); }

// The state, shared with the locks and ephemeral nodes that were handed out.
class Tree {
 public:
  struct Entry {
    std::string value;
    Version version = 0;
    uint64_t ephemeral = 0;  // id of its Ephemeral; 0: an ordinary node
  };

  // Collects the watches to fire while the mutex is held, and fires them after it is released.
  class Change {
   public:
    explicit Change(Tree* tree) : tree_(tree), lock_(tree->mutex_) {}
    ~Change() {
      tree_->changed_.notify_all();
      lock_.unlock();
      for (const WatchFn& watch : due_) watch();
    }
    void Fire(const std::string& key) {
      auto [begin, end] = tree_->watches_.equal_range(key);
      for (auto it = begin; it != end; ++it) due_.push_back(std::move(it->second));
      tree_->watches_.erase(begin, end);
    }
    void FireAll() {
      for (auto& [key, watch] : tree_->watches_) due_.push_back(std::move(watch));
      tree_->watches_.clear();
    }
    std::unique_lock<std::mutex>& lock() { return lock_; }

   private:
    Tree* tree_;
    std::unique_lock<std::mutex> lock_;
    std::vector<WatchFn> due_;
  };

  // Keys of watches: a value's is the path, a list's the path with a slash.
  void Arm(const std::string& key, WatchFn watch) {
    if (watch) watches_.emplace(key, std::move(watch));
  }

  bool Exists(const std::string& path) const { return path.empty() || nodes_.contains(path); }

  Status Insert(Change& change, const std::string& path, Entry entry) {
    if (Exists(path)) return Status(StatusCode::kAlreadyExists, path + " exists already");
    const std::string parent = ParentOf(path);
    if (!Exists(parent)) RETURN_IF_ERROR(Insert(change, parent, Entry{}));
    nodes_.emplace(path, std::move(entry));
    change.Fire(path);
    change.Fire(parent + "/");
    return Status::Ok();
  }

  void Erase(Change& change, const std::string& path) {
    nodes_.erase(path);
    change.Fire(path);
    change.Fire(path + "/");
    change.Fire(ParentOf(path) + "/");
  }

  std::vector<std::string> Children(const std::string& path) const {
    const std::string prefix = path + "/";
    std::vector<std::string> names;
    for (auto it = nodes_.lower_bound(prefix); it != nodes_.end(); ++it) {
      if (!it->first.starts_with(prefix)) break;
      std::string name = it->first.substr(prefix.size());
      if (name.find('/') == std::string::npos) names.push_back(std::move(name));
    }
    return names;
  }

  std::map<std::string, Entry> nodes_;
  std::multimap<std::string, WatchFn> watches_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t last_id_ = 0;
  bool unavailable_ = false;
};

// One ephemeral node; also what a held lock is.
class MemoryNode : public Ephemeral, public HeldLock {
 public:
  MemoryNode(std::shared_ptr<Tree> tree, std::string path, uint64_t id)
      : tree_(std::move(tree)), path_(std::move(path)), id_(id) {}
  ~MemoryNode() override { (void)Release().ok(); }

  Status Check() const override {
    const std::lock_guard lock(tree_->mutex_);
    if (tree_->unavailable_) return Cut();
    const auto node = tree_->nodes_.find(path_);
    if (node == tree_->nodes_.end() || node->second.ephemeral != id_) {
      return Status(StatusCode::kAlreadyExists, path_ + " was taken over");
    }
    return Status::Ok();
  }

  Status Release() override {
    Tree::Change change(tree_.get());
    const auto node = tree_->nodes_.find(path_);
    if (node != tree_->nodes_.end() && node->second.ephemeral == id_) tree_->Erase(change, path_);
    return Status::Ok();
  }

 private:
  const std::shared_ptr<Tree> tree_;
  const std::string path_;
  const uint64_t id_;
};

class MemoryStoreImpl : public MemoryStore {
 public:
  Result<Node> Get(const std::string& path, WatchFn watch) override {
    const std::lock_guard lock(tree_->mutex_);
    if (tree_->unavailable_) return Cut();
    tree_->Arm(path, std::move(watch));
    const auto node = tree_->nodes_.find(path);
    if (node == tree_->nodes_.end()) return NotFound(path + " does not exist");
    return Node{node->second.value, node->second.version};
  }

  Result<std::vector<std::string>> List(const std::string& path, WatchFn watch) override {
    const std::lock_guard lock(tree_->mutex_);
    if (tree_->unavailable_) return Cut();
    const bool exists = tree_->Exists(path);
    tree_->Arm(exists ? path + "/" : path, std::move(watch));
    if (!exists) return NotFound(path + " does not exist");
    return tree_->Children(path);
  }

  Status Create(const std::string& path, const std::string& value) override {
    Tree::Change change(tree_.get());
    if (tree_->unavailable_) return Cut();
    return tree_->Insert(change, path, {value, 0, 0});
  }

  Result<Version> Set(const std::string& path, const std::string& value,
                      Version expected) override {
    Tree::Change change(tree_.get());
    if (tree_->unavailable_) return Cut();
    const auto node = tree_->nodes_.find(path);
    if (node == tree_->nodes_.end()) return NotFound(path + " does not exist");
    RETURN_IF_ERROR(CheckVersion(path, node->second.version, expected));
    node->second.value = value;
    change.Fire(path);
    return ++node->second.version;
  }

  Status Delete(const std::string& path, Version expected) override {
    Tree::Change change(tree_.get());
    if (tree_->unavailable_) return Cut();
    const auto node = tree_->nodes_.find(path);
    if (node == tree_->nodes_.end()) return NotFound(path + " does not exist");
    RETURN_IF_ERROR(CheckVersion(path, node->second.version, expected));
    if (!tree_->Children(path).empty()) return InvalidArgument(path + " has children");
    tree_->Erase(change, path);
    return Status::Ok();
  }

  Result<std::unique_ptr<Ephemeral>> CreateEphemeral(const std::string& path,
                                                     const std::string& value) override {
    Tree::Change change(tree_.get());
    if (tree_->unavailable_) return Cut();
    const auto node = tree_->nodes_.find(path);
    if (node != tree_->nodes_.end()) {
      if (node->second.ephemeral == 0 || node->second.value != value) {
        return Status(StatusCode::kAlreadyExists,
                      fmt::format("{} exists already ({})", path, node->second.value));
      }
      tree_->Erase(change, path);
    }
    const uint64_t id = ++tree_->last_id_;
    RETURN_IF_ERROR(tree_->Insert(change, path, {value, 0, id}));
    return std::unique_ptr<Ephemeral>(new MemoryNode(tree_, path, id));
  }

  Result<std::unique_ptr<HeldLock>> AcquireLock(const std::string& path, const std::string& info,
                                                std::chrono::milliseconds wait) override {
    Tree::Change change(tree_.get());
    const std::string node = path + "/locks/lock";
    const auto is_free = [&] { return tree_->unavailable_ || !tree_->Exists(node); };
    if (tree_->unavailable_) return Cut();
    if (!tree_->Exists(path)) return NotFound(path + " does not exist");
    if (!tree_->changed_.wait_for(change.lock(), wait, is_free)) {
      LockInfo holder;
      holder.ParseFromString(tree_->nodes_[node].value);
      return Status(StatusCode::kDeadlineExceeded, fmt::format("held by '{}'", holder.action()));
    }
    if (tree_->unavailable_) return Cut();
    const uint64_t id = ++tree_->last_id_;
    RETURN_IF_ERROR(tree_->Insert(change, node, {info, 0, id}));
    return std::unique_ptr<HeldLock>(new MemoryNode(tree_, node, id));
  }

  bool Connected() const override {
    const std::lock_guard lock(tree_->mutex_);
    return !tree_->unavailable_;
  }

  void SetUnavailable(bool unavailable) override {
    Tree::Change change(tree_.get());
    tree_->unavailable_ = unavailable;
    if (!unavailable) change.FireAll();
  }

 private:
  static Status CheckVersion(const std::string& path, Version actual, Version expected) {
    if (expected == kAnyVersion || expected == actual) return Status::Ok();
    return Status(StatusCode::kFailedPrecondition,
                  fmt::format("{} has version {}, not {}", path, actual, expected));
  }

  const std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
};

}  // namespace

std::unique_ptr<MemoryStore> MemoryStore::New() { return std::make_unique<MemoryStoreImpl>(); }

}  // namespace keyspan::topo
