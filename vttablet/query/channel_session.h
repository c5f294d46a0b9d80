#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/async/awaitable.h"
#include "rpc/channel.h"
#include "vttablet/query/tablet_thread.h"

namespace keyspan::vttablet {

// A connection to mysqld that belongs to a transaction, to a reservation, or to both. Shared by the
// session's table and the request that runs on it.
struct BoundBackend {
  std::unique_ptr<Backend> backend;
  uint64_t transaction_id = 0;  // 0: none is open
  uint64_t reserved_id = 0;     // 0: not reserved
  bool busy = false;
  RunningStatement* running = nullptr;
  const rpc::ServerStream* busy_with = nullptr;  // the request, while busy
  rpc::TransactionName name;                     // of the transaction
  uint32_t opened_by = 0;                        // the stream that began the transaction
  Waiter idle;                                   // woken when it is no longer busy
  // Why it is to be given up when the running statement ends; empty: it is not.
  std::string doomed;
  std::chrono::steady_clock::time_point begun;  // the transaction
  std::chrono::steady_clock::time_point last_used;
};
using BoundBackendPtr = std::shared_ptr<BoundBackend>;

// Memory of a request that is used again for the next one.
struct RequestScratch {
  rpc::ExecuteRequest request;
  rpc::StreamEnd end;
};

// What one gateway thread has on this tablet: its channel, and the transactions, reservations and
// settings that were made over it. They end with the channel: the transactions are rolled back at
// once, their running statements killed. Lives on the channel's thread.
class ChannelSession : public std::enable_shared_from_this<ChannelSession> {
 public:
  ChannelSession(TabletThread& thread, const std::shared_ptr<rpc::Channel>& channel);
  ~ChannelSession();

  void OnRequest(std::unique_ptr<rpc::ServerStream> stream);
  void OnChannelClosed();
  // The gateway gave up on a request that has ended, before it has learned how.
  void OnLateCancel(uint32_t stream_id);
  // The requests that end something; called by a worker of the thread, as StatementRun is for the
  // others that touch mysqld.
  Awaitable<void> Run(rpc::ServerStream& stream);

  // Sends the thread's health message to those who asked for it.
  void SendHealth();
  void CheckTimeouts(std::chrono::steady_clock::time_point now);
  // Adds its open transactions by their connections to mysqld.
  void ListTransactions(TransactionNames& names) const;
  // Rolls back all open transactions; reservations stay.
  void EndTransactions(const std::string& reason);

 private:
  friend class StatementRun;

  Awaitable<void> RunCommit(rpc::ServerStream& stream);
  Awaitable<void> RunRollback(rpc::ServerStream& stream);
  Awaitable<void> RunRelease(rpc::ServerStream& stream);
  Awaitable<Status> Commit(const rpc::ServerStream& stream, const rpc::CommitRequest& request);
  // ROLLBACK on its connection, after which no transaction is open there.
  Awaitable<Status> RollBack(BoundBackendPtr bound);
  void HandleControl(std::unique_ptr<rpc::ServerStream> stream);
  void AddHealthStream(std::unique_ptr<rpc::ServerStream> stream);

  // Learns the text of new settings, and finds those of an id.
  Result<SettingsPtr> ResolveSettings(const rpc::ExecuteRequest& request);
  // The connection that a request names; it is busy from then on. Null when the request names none.
  Result<BoundBackendPtr> Find(uint64_t transaction_id, uint64_t reserved_id);
  // The same for the request of `stream`. A gateway that has cancelled the transaction's statement
  // sends the next one at once: it waits here until the cancelled one has come to its end.
  Awaitable<Result<BoundBackendPtr>> Take(const rpc::ServerStream& stream, uint64_t transaction_id,
                                          uint64_t reserved_id);
  void AddTransaction(const BoundBackendPtr& bound, const rpc::TransactionName& name,
                      uint32_t opened_by);
  void AddReservation(const BoundBackendPtr& bound);
  // The transaction is over, however it ended. The connection is given back unless it is reserved.
  void EndTransaction(const BoundBackendPtr& bound);
  // Gives up transaction and connection; mysqld rolls back. `reason` is what later requests for the
  // transaction are told.
  void Abandon(const BoundBackendPtr& bound, const std::string& reason);
  // The request on it has ended.
  void Unbusy(const BoundBackendPtr& bound);
  void GiveBack(std::unique_ptr<Backend> backend);
  void RememberEnd(uint64_t transaction_id, std::string reason);

  TabletThread& thread_;
  const std::shared_ptr<TabletThread*> thread_alive_;
  std::weak_ptr<rpc::Channel> channel_;
  bool closed_ = false;
  boost::unordered_flat_map<uint64_t, SettingsPtr> settings_;
  boost::unordered_flat_map<uint64_t, BoundBackendPtr> transactions_;
  boost::unordered_flat_map<uint64_t, BoundBackendPtr> reservations_;
  // Why transactions ended that the gateway may still believe in; the oldest are forgotten.
  boost::unordered_flat_map<uint64_t, std::string> ended_;
  std::deque<uint64_t> ended_order_;
  std::vector<std::unique_ptr<rpc::ServerStream>> health_streams_;
};

}  // namespace keyspan::vttablet
