#include "mysql/protocol/handshake_packets.h"

#include "mysql/protocol/auth.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {
namespace {

constexpr uint8_t kProtocolVersion = 10;
constexpr size_t kNonceHead = 8;

Status BadHandshake() { return Status(StatusCode::kMalformed, 1043, "08S01", "Bad handshake"); }

// A string up to NUL, or up to the end of the packet: some clients leave the last NUL out.
std::string LenientText(ByteReader* reader) {
  std::string_view rest(reader->position(), reader->remaining());
  if (rest.find('\0') == std::string_view::npos) return std::string(reader->Rest());
  return std::string(reader->NulTerminated());
}

Status ReadAttributes(ByteReader* reader, ConnectAttributes* attributes) {
  if (reader->empty()) return Status::Ok();
  ByteReader block(reader->LenencString());
  while (!block.empty() && !block.failed()) {
    std::string name(block.LenencString());
    std::string value(block.LenencString());
    attributes->emplace_back(std::move(name), std::move(value));
  }
  return reader->failed() || block.failed() ? BadHandshake() : Status::Ok();
}

void AppendAttributes(const ConnectAttributes& attributes, std::string* out) {
  std::string block;
  for (const auto& [name, value] : attributes) {
    AppendLenencString(&block, name);
    AppendLenencString(&block, value);
  }
  AppendLenencString(out, block);
}

void AppendNulTerminated(std::string_view text, std::string* out) {
  out->append(text);
  out->push_back('\0');
}

void AppendResponseHead(const HandshakeResponse& response, std::string* payload) {
  Append32(payload, response.capabilities);
  Append32(payload, response.max_packet);
  Append8(payload, response.collation);
  payload->append(23, '\0');
}

}  // namespace

Result<Greeting> DecodeGreeting(std::string_view payload) {
  ByteReader reader(payload);
  Greeting greeting;
  if (reader.Int8() != kProtocolVersion) return Malformed("not a greeting of a MySQL server");
  greeting.server_version = reader.NulTerminated();
  greeting.connection_id = reader.Int32();
  greeting.nonce = reader.Bytes(kNonceHead);
  reader.Skip(1);
  greeting.capabilities = reader.Int16();
  greeting.collation = reader.Int8();
  greeting.status = reader.Int16();
  greeting.capabilities |= static_cast<uint32_t>(reader.Int16()) << 16;
  uint8_t nonce_size = reader.Int8();
  reader.Skip(10);
  // The second part is 13 bytes with its NUL, whatever the length byte says (at least 21).
  size_t tail = nonce_size > kNonceHead + 13 ? nonce_size - kNonceHead : 13;
  std::string_view nonce_tail = reader.Bytes(tail);
  if (reader.failed()) return Malformed("broken greeting");
  if (!nonce_tail.empty() && nonce_tail.back() == '\0') nonce_tail.remove_suffix(1);
  greeting.nonce.append(nonce_tail);
  if (greeting.capabilities & kClientPluginAuth) greeting.auth_plugin = LenientText(&reader);
  return greeting;
}

void EncodeGreeting(const Greeting& greeting, std::string* payload) {
  std::string nonce = greeting.nonce;
  nonce.resize(kNonceSize);
  Append8(payload, kProtocolVersion);
  AppendNulTerminated(greeting.server_version, payload);
  Append32(payload, greeting.connection_id);
  payload->append(nonce, 0, kNonceHead);
  Append8(payload, 0);
  Append16(payload, static_cast<uint16_t>(greeting.capabilities));
  Append8(payload, greeting.collation);
  Append16(payload, greeting.status);
  Append16(payload, static_cast<uint16_t>(greeting.capabilities >> 16));
  Append8(payload, kNonceSize + 1);
  payload->append(10, '\0');
  AppendNulTerminated(std::string_view(nonce).substr(kNonceHead), payload);
  if (greeting.capabilities & kClientPluginAuth) {
    AppendNulTerminated(greeting.auth_plugin, payload);
  }
}

Result<HandshakeResponse> DecodeHandshakeResponse(std::string_view payload,
                                                  uint32_t server_capabilities) {
  ByteReader reader(payload);
  HandshakeResponse response;
  response.capabilities = reader.Int32();
  response.max_packet = reader.Int32();
  response.collation = reader.Int8();
  reader.Skip(23);
  if (reader.failed() || !(response.capabilities & kClientProtocol41)) return BadHandshake();
  uint32_t agreed = response.capabilities & server_capabilities;
  if (reader.empty() && (agreed & kClientSsl)) {
    response.is_ssl_request = true;
    return response;
  }
  response.user = reader.NulTerminated();
  if (agreed & kClientPluginAuthLenencData) {
    response.auth_response = reader.LenencString();
  } else if (agreed & kClientSecureConnection) {
    uint8_t size = reader.Int8();
    response.auth_response = reader.Bytes(size);
  } else {
    response.auth_response = LenientText(&reader);
  }
  if (reader.failed()) return BadHandshake();
  if (agreed & kClientConnectWithDb) response.database = LenientText(&reader);
  if (agreed & kClientPluginAuth) response.auth_plugin = LenientText(&reader);
  if (agreed & kClientConnectAttrs) {
    RETURN_IF_ERROR(ReadAttributes(&reader, &response.attributes));
  }
  return response;
}

void EncodeHandshakeResponse(const HandshakeResponse& response, std::string* payload) {
  uint32_t capabilities = response.capabilities;
  AppendResponseHead(response, payload);
  AppendNulTerminated(response.user, payload);
  if (capabilities & kClientPluginAuthLenencData) {
    AppendLenencString(payload, response.auth_response);
  } else if (capabilities & kClientSecureConnection) {
    Append8(payload, static_cast<uint8_t>(response.auth_response.size()));
    payload->append(response.auth_response, 0, 255);
  } else {
    AppendNulTerminated(response.auth_response, payload);
  }
  if (capabilities & kClientConnectWithDb) AppendNulTerminated(response.database, payload);
  if (capabilities & kClientPluginAuth) AppendNulTerminated(response.auth_plugin, payload);
  if (capabilities & kClientConnectAttrs) AppendAttributes(response.attributes, payload);
}

void EncodeSslRequest(const HandshakeResponse& response, std::string* payload) {
  AppendResponseHead(response, payload);
}

Result<ChangeUserRequest> DecodeChangeUser(std::string_view body, uint32_t capabilities) {
  ByteReader reader(body);
  ChangeUserRequest request;
  request.user = reader.NulTerminated();
  if (capabilities & kClientSecureConnection) {
    uint8_t size = reader.Int8();
    request.auth_response = reader.Bytes(size);
  } else {
    request.auth_response = reader.NulTerminated();
  }
  if (reader.failed()) return Malformed("Malformed communication packet.");
  request.database = LenientText(&reader);
  if (reader.remaining() >= 2) request.collation = reader.Int16();
  if (capabilities & kClientPluginAuth) request.auth_plugin = LenientText(&reader);
  if (capabilities & kClientConnectAttrs) {
    RETURN_IF_ERROR(ReadAttributes(&reader, &request.attributes));
  }
  return request;
}

void EncodeChangeUser(const ChangeUserRequest& request, uint32_t capabilities,
                      std::string* payload) {
  Append8(payload, static_cast<uint8_t>(CommandType::kChangeUser));
  AppendNulTerminated(request.user, payload);
  if (capabilities & kClientSecureConnection) {
    Append8(payload, static_cast<uint8_t>(request.auth_response.size()));
    payload->append(request.auth_response, 0, 255);
  } else {
    AppendNulTerminated(request.auth_response, payload);
  }
  AppendNulTerminated(request.database, payload);
  Append16(payload, request.collation);
  if (capabilities & kClientPluginAuth) AppendNulTerminated(request.auth_plugin, payload);
  if (capabilities & kClientConnectAttrs) AppendAttributes(request.attributes, payload);
}

Result<AuthSwitchRequest> DecodeAuthSwitch(std::string_view payload) {
  ByteReader reader(payload);
  if (reader.Int8() != 0xfe || reader.empty()) {
    return Malformed("the server asks for an authentication from before MySQL 4.1");
  }
  AuthSwitchRequest request;
  request.plugin = LenientText(&reader);
  std::string_view nonce = reader.Rest();
  if (!nonce.empty() && nonce.back() == '\0') nonce.remove_suffix(1);
  request.nonce = nonce;
  return request;
}

void EncodeAuthSwitch(const AuthSwitchRequest& request, std::string* payload) {
  Append8(payload, 0xfe);
  AppendNulTerminated(request.plugin, payload);
  AppendNulTerminated(request.nonce, payload);
}

}  // namespace keyspan::mysql
