#include "vtgate/executor/describe.h"

#include "mysql/protocol/wire.h"
#include "vtgate/semantics/semantics.h"
#include "vttablet/client/tablet_client.h"

namespace keyspan::vtgate {
namespace {

// Cuts mysqld's reply to COM_STMT_PREPARE into its packets. A first packet of ERR is the error.
Result<StatementDescription> ReadDescription(std::string_view bytes) {
  StatementDescription out;
  auto next = [&bytes](std::string_view* payload) {
    auto scan = mysql::ScanFrames(bytes, 64u << 20);
    if (scan.state != mysql::FrameScan::State::kComplete || scan.split) return false;
    *payload = bytes.substr(mysql::kFrameHeaderSize, scan.payload_size);
    bytes.remove_prefix(scan.size);
    return true;
  };
  std::string_view payload;
  if (!next(&payload)) return Malformed("a tablet's reply to PREPARE is incomplete");
  if (!payload.empty() && static_cast<uint8_t>(payload[0]) == 0xff) {
    return mysql::DecodeError(payload);
  }
  ASSIGN_OR_RETURN(mysql::PrepareOk ok, mysql::DecodePrepareOk(payload));
  out.warnings = ok.warnings;
  for (uint32_t i = 0; i < uint32_t{ok.parameters} + ok.columns; ++i) {
    if (!next(&payload)) return Malformed("a tablet's reply to PREPARE is incomplete");
    ASSIGN_OR_RETURN(mysql::Field field, mysql::DecodeColumnDefinition(payload));
    (i < ok.parameters ? out.parameters : out.columns).push_back(std::move(field));
  }
  return out;
}

}  // namespace

Awaitable<Result<StatementDescription>> DescribeOnShard(Gateway& gateway, const Session& session,
                                                        const Settings& settings,
                                                        const Destinations& destinations,
                                                        std::string_view sql,
                                                        const std::vector<std::string>& variables) {
  CO_ASSIGN_OR_RETURN(
      auto client, gateway.Pick(*destinations.keyspace, destinations.shard(0), destinations.type));
  if (!client->connected()) CO_RETURN_IF_ERROR((co_await client->GetChannel()).status());
  rpc::ExecuteRequest request;
  request.mutable_target()->set_keyspace(destinations.keyspace->name);
  request.mutable_target()->set_shard(destinations.shard(0).name);
  const bool primary = destinations.type == topo::TabletType::PRIMARY;
  request.mutable_target()->set_tablet_type(primary ? rpc::PRIMARY : rpc::REPLICA);
  if (primary) request.mutable_target()->set_primary_term(destinations.shard(0).term);
  if (IsSystemSchema(session.target.keyspace)) request.set_database(session.target.keyspace);
  std::string text = EncodeUserVariables(variables, session.user_variables, session.charset);
  request.set_variables_length(static_cast<uint32_t>(text.size()));
  text += sql;
  vttablet::ExecuteStream stream;
  CO_RETURN_IF_ERROR(stream.StartPrepareNow(*client, request, &settings.rpc(), text));
  std::string reply;
  while (!stream.ended()) {
    CO_ASSIGN_OR_RETURN(auto chunk, co_await stream.Next());
    reply.append(reinterpret_cast<const char*>(chunk.data()), chunk.size());
  }
  co_return ReadDescription(reply);
}

}  // namespace keyspan::vtgate
