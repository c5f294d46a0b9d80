#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/status.h"
#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

// Protocol::HandshakeV10.
struct Greeting {
  std::string server_version;
  uint32_t connection_id = 0;
  std::string nonce;  // 20 bytes
  uint32_t capabilities = 0;
  uint8_t collation = 255;
  uint16_t status = kStatusAutocommit;
  std::string auth_plugin;
};
Result<Greeting> DecodeGreeting(std::string_view payload);
void EncodeGreeting(const Greeting& greeting, std::string* payload);

using ConnectAttributes = std::vector<std::pair<std::string, std::string>>;

// Protocol::HandshakeResponse41. An SSLRequest is its first 32 bytes alone.
struct HandshakeResponse {
  uint32_t capabilities = 0;
  uint32_t max_packet = 0;
  uint8_t collation = 255;
  bool is_ssl_request = false;
  std::string user;
  std::string auth_response;
  std::string database;
  std::string auth_plugin;  // empty when the client has no kClientPluginAuth
  ConnectAttributes attributes;
};
// Fields are read by the capabilities that both sides have (`server_capabilities` were offered).
Result<HandshakeResponse> DecodeHandshakeResponse(std::string_view payload,
                                                  uint32_t server_capabilities);
void EncodeHandshakeResponse(const HandshakeResponse& response, std::string* payload);
void EncodeSslRequest(const HandshakeResponse& response, std::string* payload);

// COM_CHANGE_USER without its command byte.
struct ChangeUserRequest {
  std::string user;
  std::string auth_response;
  std::string database;
  uint16_t collation = 255;
  std::string auth_plugin;
  ConnectAttributes attributes;
};
Result<ChangeUserRequest> DecodeChangeUser(std::string_view body, uint32_t capabilities);
void EncodeChangeUser(const ChangeUserRequest& request, uint32_t capabilities,
                      std::string* payload);

struct AuthSwitchRequest {
  std::string plugin;
  std::string nonce;
};
// `payload` starts with 0xfe.
Result<AuthSwitchRequest> DecodeAuthSwitch(std::string_view payload);
void EncodeAuthSwitch(const AuthSwitchRequest& request, std::string* payload);

}  // namespace keyspan::mysql
