#include "vtgate/executor/timeouts.h"

#include "vtgate/session/variables.h"

namespace keyspan::vtgate {
namespace {

std::chrono::seconds SecondsOf(std::string_view name, const Session& session) {
  return std::chrono::seconds(GatewayVariableNumber(name, session));
}

}  // namespace

void ApplyTimeouts(const Session& session, mysql::ServerConnection& client) {
  client.set_wait_timeout(SecondsOf("wait_timeout", session));
  client.set_write_timeout(SecondsOf("net_write_timeout", session));
}

}  // namespace keyspan::vtgate
