#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "common/status.h"
#include "vttablet/client/tablet_client.h"

namespace keyspan::vttablet {

// The control calls for programs without an event loop (vtctl, tests). Each call runs this object's
// own io_context until it is done, so one thread at a time may use it. Connects at the first call
// and again after a failure.
class BlockingTabletClient {
 public:
  BlockingTabletClient(std::string host, uint16_t port,
                       std::chrono::milliseconds timeout = std::chrono::seconds(30));
  ~BlockingTabletClient();

  // Any control method of rpc/frame.h with its messages of rpc/tablet_messages.proto. Example:
  //   ASSIGN_OR_RETURN(auto status, client.Call<rpc::FullStatus>(rpc::FrameKind::kFullStatus,
  //                                                              rpc::FullStatusRequest()));
  template <typename Response>
  Result<Response> Call(rpc::FrameKind method, const google::protobuf::MessageLite& request) {
    Response response;
    RETURN_IF_ERROR(CallRaw(method, request, response));
    return response;
  }
  Status CallRaw(rpc::FrameKind method, const google::protobuf::MessageLite& request,
                 google::protobuf::MessageLite& response);

  // kPing: true service, not only a connection.
  Status Ping();
  Result<rpc::FullStatus> GetFullStatus();
  Result<rpc::ExecuteFetchResponse> ExecuteFetch(const rpc::ExecuteFetchRequest& request);
  Status SetReadOnly(bool read_only);
  Result<rpc::InitPrimaryResponse> InitPrimary(const rpc::InitPrimaryRequest& request);
  Status InitReplica(const rpc::InitReplicaRequest& request);
  Status StopReplication(bool io_thread_only = false);
  Status StartReplication(bool semi_sync);
  Result<rpc::PromoteReplicaResponse> PromoteReplica(const rpc::PromoteReplicaRequest& request);
  Result<rpc::DemotePrimaryResponse> DemotePrimary(std::chrono::milliseconds timeout);
  Result<std::string> ReplicationPosition();
  Status WaitForPosition(const std::string& position, std::chrono::milliseconds timeout);
  Result<uint64_t> ReloadSchema(const std::string& wait_position = "");
  Result<rpc::GetSchemaResponse> GetSchema();
  Status RefreshState();
  Status ChangeType(rpc::TabletType type);

 private:
  boost::asio::io_context context_;
  std::chrono::milliseconds timeout_;
  Awaitable<Status> Call(rpc::FrameKind method, const google::protobuf::MessageLite& request,
                         google::protobuf::MessageLite& response);

  const std::string host_;
  const uint16_t port_;
  std::shared_ptr<rpc::Channel> channel_;
};

}  // namespace keyspan::vttablet
