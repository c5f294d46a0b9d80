#include "vttablet/client/blocking_tablet_client.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "common/async/spawn.h"

namespace keyspan::vttablet {

BlockingTabletClient::BlockingTabletClient(std::string host, uint16_t port,
                                           std::chrono::milliseconds timeout)
    : timeout_(timeout), host_(std::move(host)), port_(port) {}

BlockingTabletClient::~BlockingTabletClient() {
  if (!channel_) return;
  channel_->Close(Unavailable("the connection was given up"));
  channel_.reset();
  context_.restart();
  context_.run();
}

Awaitable<Status> BlockingTabletClient::Call(rpc::FrameKind method,
                                             const google::protobuf::MessageLite& request,
                                             google::protobuf::MessageLite& response) {
  if (!channel_ || channel_->closed()) {
    rpc::ChannelOptions options;
    options.name = "control";
    options.connect_timeout = std::min(timeout_, std::chrono::milliseconds(10'000));
    // Between two calls nobody answers pings, so silence of the other side means nothing here.
    options.keep_alive = std::chrono::hours(24);
    CO_ASSIGN_OR_RETURN(channel_, co_await rpc::Channel::Connect(context_.get_executor(), host_,
                                                                 port_, std::move(options)));
  }
  co_return co_await CallOnChannel(channel_, method, request, response, timeout_);
}

Status BlockingTabletClient::CallRaw(rpc::FrameKind method,
                                     const google::protobuf::MessageLite& request,
                                     google::protobuf::MessageLite& response) {
  // What the tablet did meanwhile, such as closing the connection.
  context_.restart();
  context_.poll();
  bool done = false;
  Status status = InternalError("a control call did not end");
  auto body = [&]() -> Awaitable<void> {
    status = co_await Call(method, request, response);
    done = true;
  };
  Spawn("control call", context_.get_executor(), body);
  context_.restart();
  while (!done && context_.run_one() > 0) {
  }
  return status;
}

Status BlockingTabletClient::Ping() {
  return Call<rpc::PingResponse>(rpc::FrameKind::kTabletPing, rpc::PingRequest()).status();
}

Result<rpc::FullStatus> BlockingTabletClient::GetFullStatus() {
  return Call<rpc::FullStatus>(rpc::FrameKind::kFullStatus, rpc::FullStatusRequest());
}

Result<rpc::ExecuteFetchResponse> BlockingTabletClient::ExecuteFetch(
    const rpc::ExecuteFetchRequest& request) {
  return Call<rpc::ExecuteFetchResponse>(rpc::FrameKind::kExecuteFetch, request);
}

Status BlockingTabletClient::SetReadOnly(bool read_only) {
  rpc::SetReadOnlyRequest request;
  request.set_read_only(read_only);
  return Call<rpc::Empty>(rpc::FrameKind::kSetReadOnly, request).status();
}

Result<rpc::InitPrimaryResponse> BlockingTabletClient::InitPrimary(
    const rpc::InitPrimaryRequest& request) {
  return Call<rpc::InitPrimaryResponse>(rpc::FrameKind::kInitPrimary, request);
}

Status BlockingTabletClient::InitReplica(const rpc::InitReplicaRequest& request) {
  return Call<rpc::Empty>(rpc::FrameKind::kInitReplica, request).status();
}

Status BlockingTabletClient::StopReplication(bool io_thread_only) {
  rpc::StopReplicationRequest request;
  request.set_io_thread_only(io_thread_only);
  return Call<rpc::Empty>(rpc::FrameKind::kStopReplication, request).status();
}

Status BlockingTabletClient::StartReplication(bool semi_sync) {
  rpc::StartReplicationRequest request;
  request.set_semi_sync(semi_sync);
  return Call<rpc::Empty>(rpc::FrameKind::kStartReplication, request).status();
}

Result<rpc::PromoteReplicaResponse> BlockingTabletClient::PromoteReplica(
    const rpc::PromoteReplicaRequest& request) {
  return Call<rpc::PromoteReplicaResponse>(rpc::FrameKind::kPromoteReplica, request);
}

Result<rpc::DemotePrimaryResponse> BlockingTabletClient::DemotePrimary(
    std::chrono::milliseconds timeout) {
  rpc::DemotePrimaryRequest request;
  request.set_timeout_ms(static_cast<uint32_t>(timeout.count()));
  return Call<rpc::DemotePrimaryResponse>(rpc::FrameKind::kDemotePrimary, request);
}

Result<std::string> BlockingTabletClient::ReplicationPosition() {
  ASSIGN_OR_RETURN(auto response, Call<rpc::PositionResponse>(rpc::FrameKind::kReplicationPosition,
                                                              rpc::PositionRequest()));
  return response.position();
}

Status BlockingTabletClient::WaitForPosition(const std::string& position,
                                             std::chrono::milliseconds timeout) {
  rpc::WaitForPositionRequest request;
  request.set_position(position);
  request.set_timeout_ms(static_cast<uint32_t>(timeout.count()));
  return Call<rpc::Empty>(rpc::FrameKind::kWaitForPosition, request).status();
}

Result<uint64_t> BlockingTabletClient::ReloadSchema(const std::string& wait_position) {
  rpc::ReloadSchemaRequest request;
  request.set_wait_position(wait_position);
  ASSIGN_OR_RETURN(auto response,
                   Call<rpc::ReloadSchemaResponse>(rpc::FrameKind::kReloadSchema, request));
  return response.schema_version();
}

Result<rpc::GetSchemaResponse> BlockingTabletClient::GetSchema() {
  return Call<rpc::GetSchemaResponse>(rpc::FrameKind::kGetSchema, rpc::GetSchemaRequest());
}

Status BlockingTabletClient::RefreshState() {
  return Call<rpc::Empty>(rpc::FrameKind::kRefreshState, rpc::RefreshStateRequest()).status();
}

Status BlockingTabletClient::ChangeType(rpc::TabletType type) {
  rpc::ChangeTypeRequest request;
  request.set_tablet_type(type);
  return Call<rpc::Empty>(rpc::FrameKind::kChangeType, request).status();
}

}  // namespace keyspan::vttablet
