#include "vttablet/client/tablet_client.h"

#include <fmt/format.h>
#include <glog/logging.h>

#include <algorithm>
#include <utility>

#include "common/async/deadline.h"
#include "common/async/spawn.h"

namespace keyspan::vttablet {
namespace {

using Clock = std::chrono::steady_clock;

std::span<const uint8_t> AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Reads a response to its end.
Awaitable<Status> ReadAll(rpc::ClientStream& stream, std::string* out) {
  while (!stream.ended()) {
    CO_ASSIGN_OR_RETURN(auto piece, co_await stream.Next());
    out->append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  co_return Status();
}

}  // namespace

Awaitable<Status> CallOnChannel(std::shared_ptr<rpc::Channel> channel, rpc::FrameKind method,
                                const google::protobuf::MessageLite& request,
                                google::protobuf::MessageLite& response,
                                std::chrono::milliseconds timeout) {
  std::string bytes = request.SerializeAsString();
  rpc::ClientStream stream;
  CO_RETURN_IF_ERROR(stream.Start(channel, method, nullptr, AsBytes(bytes)));
  bytes.clear();
  std::optional<Deadline> deadline;
  if (timeout.count() > 0) {
    deadline.emplace(channel->executor(), Clock::now() + timeout, [&stream] { stream.Cancel(); });
  }
  Status status = co_await ReadAll(stream, &bytes);
  if (deadline && deadline->expired()) {
    co_return Status(
        StatusCode::kDeadlineExceeded,
        fmt::format("{} did not answer within {} ms", channel->peer().name(), timeout.count()));
  }
  CO_RETURN_IF_ERROR(std::move(status));
  if (!response.ParseFromString(bytes)) {
    co_return Malformed(fmt::format("the answer of {} cannot be decoded", channel->peer().name()));
  }
  co_return Status();
}

std::shared_ptr<TabletClient> TabletClient::Create(Executor executor, std::string host,
                                                   uint16_t port, TabletClientOptions options) {
  return std::shared_ptr<TabletClient>(
      new TabletClient(executor, std::move(host), port, std::move(options)));
}

TabletClient::TabletClient(Executor executor, std::string host, uint16_t port,
                           TabletClientOptions options)
    : executor_(executor),
      host_(std::move(host)),
      port_(port),
      options_(std::move(options)),
      attempt_done_(executor),
      wake_loop_(executor),
      backoff_(executor) {}

TabletClient::~TabletClient() {
  if (channel_) channel_->Close(Unavailable("the connection was given up"));
}

void TabletClient::Start() {
  if (started_ || closing_) return;
  started_ = true;
  Spawn("tablet client", executor_, [self = shared_from_this()] { return self->ConnectLoop(); });
}

void TabletClient::Close() {
  closing_ = true;
  if (channel_) channel_->Close(Unavailable("the connection was given up"));
  backoff_.cancel();
  wake_loop_.NotifyAll();
  attempt_done_.NotifyAll();
}

void TabletClient::WatchHealth(HealthCallback on_health, DownCallback on_down) {
  on_health_ = std::move(on_health);
  on_down_ = std::move(on_down);
  Start();
  if (connected()) {
    Spawn("health stream", executor_,
          [self = shared_from_this()] { return self->HealthLoop(self->channel_); });
  }
}

Awaitable<void> TabletClient::ConnectLoop() {
  auto backoff = options_.first_backoff;
  while (!closing_) {
    auto channel = co_await rpc::Channel::Connect(executor_, host_, port_, options_.channel);
    const auto connected_at = Clock::now();
    if (channel.ok() && closing_) {
      (*channel)->Close(Unavailable("the connection was given up"));
    } else if (channel.ok()) {
      channel_ = *channel;
      ++generation_;
      settings_sent_.clear();
      bool down = false;
      channel_->OnClose([this, self = shared_from_this(), &down](const Status& reason) {
        down = true;
        last_error_ = Unavailable(
            fmt::format("lost the connection to {}:{}: {}", host_, port_, reason.message()));
        wake_loop_.NotifyAll();
      });
      first_attempt_done_ = true;
      attempt_done_.NotifyAll();
      if (on_health_) {
        Spawn("health stream", executor_,
              [self = shared_from_this()] { return self->HealthLoop(self->channel_); });
      }
      while (!down) co_await wake_loop_.Wait();
      channel_.reset();
      if (on_down_ && !closing_) on_down_(last_error_);
      // A server that hangs up at once is not asked again at once.
      if (Clock::now() - connected_at > std::chrono::seconds(1)) backoff = options_.first_backoff;
    } else {
      const bool first_failure = !first_attempt_done_;
      last_error_ = std::move(channel).status();
      first_attempt_done_ = true;
      attempt_done_.NotifyAll();
      if (first_failure && on_down_ && !closing_) on_down_(last_error_);
    }
    if (closing_) break;
    backoff_.expires_after(backoff);
    co_await backoff_.async_wait(kTuple);
    backoff = std::min(backoff * 2, options_.max_backoff);
  }
}

Awaitable<void> TabletClient::HealthLoop(std::shared_ptr<rpc::Channel> channel) {
  rpc::ClientStream stream;
  if (!stream.Start(channel, rpc::FrameKind::kStreamHealth, nullptr, {}).ok()) co_return;
  std::string kept;
  // Each message is preceded by its length, four bytes little-endian.
  while (!stream.ended()) {
    auto piece = co_await stream.Next();
    if (!piece.ok()) break;  // the channel is gone, OnClose tells
    kept.append(reinterpret_cast<const char*>(piece->data()), piece->size());
    while (kept.size() >= 4) {
      const auto* p = reinterpret_cast<const uint8_t*>(kept.data());
      const size_t length = p[0] | p[1] << 8 | p[2] << 16 | static_cast<size_t>(p[3]) << 24;
      if (kept.size() - 4 < length) break;
      rpc::StreamHealth health;
      if (!health.ParseFromArray(p + 4, static_cast<int>(length))) {
        channel->Close(Malformed("a health message cannot be decoded"));
        co_return;
      }
      kept.erase(0, 4 + length);
      if (on_health_ && !closing_) on_health_(health);
    }
  }
}

Awaitable<Result<std::shared_ptr<rpc::Channel>>> TabletClient::GetChannel() {
  if (connected()) co_return channel_;
  Start();
  while (!first_attempt_done_ && !closing_) co_await attempt_done_.Wait();
  if (connected()) co_return channel_;
  if (closing_) co_return Unavailable("the connection was given up");
  co_return Unavailable(last_error_.ok() ? fmt::format("not connected to {}:{}", host_, port_)
                                         : std::string(last_error_.message()));
}

Awaitable<Status> TabletClient::Call(rpc::FrameKind method,
                                     const google::protobuf::MessageLite& request,
                                     google::protobuf::MessageLite& response,
                                     std::chrono::milliseconds timeout) {
  CO_ASSIGN_OR_RETURN(auto channel, co_await GetChannel());
  co_return co_await CallOnChannel(std::move(channel), method, request, response, timeout);
}

Awaitable<Status> TabletClient::CallHead(rpc::FrameKind method,
                                         const google::protobuf::MessageLite& request) {
  CO_ASSIGN_OR_RETURN(auto channel, co_await GetChannel());
  rpc::ClientStream stream;
  CO_RETURN_IF_ERROR(stream.Start(channel, method, &request, {}));
  std::string nothing;
  co_return co_await ReadAll(stream, &nothing);
}

Awaitable<Status> TabletClient::Commit(rpc::CommitRequest request) {
  co_return co_await CallHead(rpc::FrameKind::kCommit, request);
}

Awaitable<Status> TabletClient::Rollback(rpc::RollbackRequest request) {
  co_return co_await CallHead(rpc::FrameKind::kRollback, request);
}

Awaitable<Status> TabletClient::Release(rpc::ReleaseRequest request) {
  co_return co_await CallHead(rpc::FrameKind::kRelease, request);
}

Awaitable<Result<rpc::GetSchemaResponse>> TabletClient::GetSchema(rpc::GetSchemaRequest request) {
  rpc::GetSchemaResponse response;
  CO_RETURN_IF_ERROR(co_await Call(rpc::FrameKind::kGetSchema, request, response));
  co_return response;
}

Awaitable<Result<rpc::ReserveSequenceResponse>> TabletClient::ReserveSequence(
    rpc::ReserveSequenceRequest request) {
  rpc::ReserveSequenceResponse response;
  CO_RETURN_IF_ERROR(co_await Call(rpc::FrameKind::kReserveSequence, request, response));
  co_return response;
}

Awaitable<Status> TabletClient::BumpSequence(rpc::BumpSequenceRequest request) {
  rpc::Empty response;
  co_return co_await Call(rpc::FrameKind::kBumpSequence, request, response);
}

// --- ExecuteStream ---

Awaitable<Status> ExecuteStream::Start(TabletClient& client, rpc::ExecuteRequest& request,
                                       const SessionSettings* settings, std::string_view sql,
                                       std::span<const uint8_t> params) {
  if (!client.connected()) {
    CO_RETURN_IF_ERROR((co_await client.GetChannel()).status());
  }
  co_return StartNow(client, request, settings, sql, params);
}

Status ExecuteStream::StartNow(TabletClient& client, rpc::ExecuteRequest& request,
                               const SessionSettings* settings, std::string_view sql,
                               std::span<const uint8_t> params) {
  return Send(rpc::FrameKind::kExecute, client, request, settings, sql, params);
}

Status ExecuteStream::StartPrepareNow(TabletClient& client, rpc::ExecuteRequest& request,
                                      const SessionSettings* settings, std::string_view sql) {
  return Send(rpc::FrameKind::kPrepare, client, request, settings, sql, {});
}

Status ExecuteStream::Send(rpc::FrameKind method, TabletClient& client,
                           rpc::ExecuteRequest& request, const SessionSettings* settings,
                           std::string_view sql, std::span<const uint8_t> params) {
  if (!client.connected()) {
    return Unavailable(client.last_error_.ok()
                           ? fmt::format("not connected to {}:{}", client.host_, client.port_)
                           : std::string(client.last_error_.message()));
  }
  const uint64_t id = settings == nullptr ? 0 : settings->id;
  const bool with_text = id != 0 && !client.settings_sent_.contains(id);
  request.set_settings_id(id);
  if (with_text) request.set_settings(settings->text);
  const auto length = static_cast<uint32_t>(sql.size()) - request.variables_length();
  request.set_sql_length(request.binary() ? length : 0);
  Status status = stream_.Start(client.channel_, method, &request, AsBytes(sql), params);
  if (with_text) {
    request.clear_settings();
    if (status.ok()) {
      if (client.settings_sent_.size() >= kMaxChannelSettings) client.settings_sent_.clear();
      client.settings_sent_.insert(id);
    }
  }
  return status;
}

}  // namespace keyspan::vttablet
