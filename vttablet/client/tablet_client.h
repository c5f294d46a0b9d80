#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/async/awaitable.h"
#include "common/async/event.h"
#include "common/status.h"
#include "rpc/channel.h"
#include "rpc/tablet_messages.pb.h"

namespace keyspan::vttablet {

struct TabletClientOptions {
  rpc::ChannelOptions channel;
  std::chrono::milliseconds first_backoff{20};
  std::chrono::milliseconds max_backoff{1000};
};

// Session settings as a tablet applies them: assignments as they follow SET, in a canonical order,
// and a hash of that text. id 0 means none.
struct SessionSettings {
  uint64_t id = 0;
  std::string text;
};

// How many settings a channel remembers. Both sides count alike: the one that comes when it is full
// clears the memory first.
inline constexpr size_t kMaxChannelSettings = 1024;

// One unary call over a connected channel; see TabletClient::Call.
Awaitable<Status> CallOnChannel(std::shared_ptr<rpc::Channel> channel, rpc::FrameKind method,
                                const google::protobuf::MessageLite& request,
                                google::protobuf::MessageLite& response,
                                std::chrono::milliseconds timeout);

// One tablet as seen from one thread: a channel that is reconnected with backoff, and calls over
// it. Create it as a shared_ptr; it lives on one io_context and every call comes from there. While
// it is not connected calls fail at once with kUnavailable (nothing was done), except that the
// first call waits for the first attempt to connect. Losing the channel fails what is under way and
// loses the transactions and reserved connections that were opened over it; `channel_generation`
// tells whether that happened.
class TabletClient : public std::enable_shared_from_this<TabletClient> {
 public:
  using HealthCallback = std::function<void(const rpc::StreamHealth&)>;
  using DownCallback = std::function<void(const Status&)>;

  static std::shared_ptr<TabletClient> Create(Executor executor, std::string host, uint16_t port,
                                              TabletClientOptions options = {});
  ~TabletClient();

  // Starts connecting in the background; calls do it too.
  void Start();
  // Drops the channel and stops reconnecting. Must be called before the last reference goes.
  void Close();

  bool connected() const { return channel_ != nullptr && !channel_->closed(); }
  // The first attempt has not ended: GetChannel() would wait for it.
  bool connecting() const { return !connected() && !first_attempt_done_ && !closing_; }
  // Rises with each new connection. A transaction id is valid only while this stays the same.
  uint64_t channel_generation() const { return generation_; }
  const std::string& host() const { return host_; }
  uint16_t port() const { return port_; }

  // Subscribes to the health stream, again after each reconnect. `on_down` runs when the channel is
  // lost. Both run on the io_context, never inside a call of this class.
  void WatchHealth(HealthCallback on_health, DownCallback on_down);

  // The unary calls. A failure of the tablet comes with the tablet's message; a lost channel is
  // kUnavailable or kUnknownOutcome. `timeout` <= 0 means none; an elapsed one cancels the call and
  // gives kDeadlineExceeded.
  Awaitable<Status> Commit(rpc::CommitRequest request);
  Awaitable<Status> Rollback(rpc::RollbackRequest request);
  Awaitable<Status> Release(rpc::ReleaseRequest request);
  Awaitable<Result<rpc::GetSchemaResponse>> GetSchema(rpc::GetSchemaRequest request);
  Awaitable<Result<rpc::ReserveSequenceResponse>> ReserveSequence(
      rpc::ReserveSequenceRequest request);
  Awaitable<Status> BumpSequence(rpc::BumpSequenceRequest request);

  // Any method: `request` travels as payload, `response` is filled.
  Awaitable<Status> Call(rpc::FrameKind method, const google::protobuf::MessageLite& request,
                         google::protobuf::MessageLite& response,
                         std::chrono::milliseconds timeout = {});

  // The channel, connecting first when there is none yet.
  Awaitable<Result<std::shared_ptr<rpc::Channel>>> GetChannel();

 private:
  friend class ExecuteStream;
  TabletClient(Executor executor, std::string host, uint16_t port, TabletClientOptions options);

  Awaitable<void> ConnectLoop();
  Awaitable<void> HealthLoop(std::shared_ptr<rpc::Channel> channel);
  Awaitable<Status> CallHead(rpc::FrameKind method, const google::protobuf::MessageLite& request);

  Executor executor_;
  const std::string host_;
  const uint16_t port_;
  const TabletClientOptions options_;
  std::shared_ptr<rpc::Channel> channel_;
  uint64_t generation_ = 0;
  bool started_ = false;
  bool closing_ = false;
  bool first_attempt_done_ = false;
  Status last_error_;
  Event attempt_done_;
  Event wake_loop_;  // the channel is gone, or Close() was called
  SteadyTimer backoff_;
  boost::unordered_flat_set<uint64_t> settings_sent_;  // on this channel
  HealthCallback on_health_;
  DownCallback on_down_;
};

// One statement on a tablet. Usual loop:
//
//   ExecuteStream stream;
//   CO_RETURN_IF_ERROR(co_await stream.Start(client, request, settings, sql));
//   while (!stream.ended()) {
//     CO_ASSIGN_OR_RETURN(auto packets, co_await stream.Next());
//     ... forward `packets` ...
//   }
//
// May be reused for the next statement once it has ended. Destroying it earlier cancels: the tablet
// kills the query. Lives on the client's io_context, used by one coroutine.
class ExecuteStream {
 public:
  // Sends the statement. `request` is taken as it is but for the settings, whose text is added when
  // this channel has not seen it. `settings` may be null. `params` is the parameter block of a
  // binary request. The UserVariables of request.variables_length() bytes stand before `sql` in it.
  // Does not wait unless there is no connection yet. The arguments need to live only until it
  // returns. kUnavailable means nothing was sent.
  Awaitable<Status> Start(TabletClient& client, rpc::ExecuteRequest& request,
                          const SessionSettings* settings, std::string_view sql,
                          std::span<const uint8_t> params = {});
  // The same when client.connected(), with no coroutine at all.
  Status StartNow(TabletClient& client, rpc::ExecuteRequest& request,
                  const SessionSettings* settings, std::string_view sql,
                  std::span<const uint8_t> params = {});

  // As StartNow(), for COM_STMT_PREPARE: the packets are mysqld's reply to it. Only target,
  // settings and database of `request` count.
  Status StartPrepareNow(TabletClient& client, rpc::ExecuteRequest& request,
                         const SessionSettings* settings, std::string_view sql);

  // The reply of mysqld exactly as it sent it (DEPRECATE_EOF form, text or binary rows), with its
  // own sequence numbers and its ERR packet, if any. A view may begin or end inside a packet; its
  // bytes may be patched in place; it lives until the next call. A failure is one of the tablet or
  // of the channel; nothing follows it. After a failure end().transaction_ended says whether the
  // transaction is gone.
  Awaitable<Result<std::span<uint8_t>>> Next() { return stream_.Next(); }
  // The same in steps, see rpc::ClientStream.
  bool Ready() const { return stream_.Ready(); }
  Awaitable<void> Arrival() { return stream_.Arrival(); }
  Result<std::span<uint8_t>> Take() { return stream_.Take(); }

  // No more packets: true as soon as the last chunk was returned.
  bool ended() const { return stream_.ended(); }
  const rpc::StreamEnd& end() const { return stream_.end(); }
  void Cancel() { stream_.Cancel(); }
  // Ends the statement as KILL QUERY does, and leaves its transaction open; the reply goes on to
  // its end.
  void Stop() { stream_.Stop(); }

 private:
  Status Send(rpc::FrameKind method, TabletClient& client, rpc::ExecuteRequest& request,
              const SessionSettings* settings, std::string_view sql,
              std::span<const uint8_t> params);

  rpc::ClientStream stream_;
};

}  // namespace keyspan::vttablet
