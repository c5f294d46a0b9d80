#include "sharding/keyspace_id.h"

#include <fmt/format.h>

namespace keyspan::sharding {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

KeyspaceId KeyspaceId::FromUint64(uint64_t number) {
  std::string bytes(8, '\0');
  for (int i = 7; i >= 0; --i) {
    bytes[i] = static_cast<char>(number);
    number >>= 8;
  }
  return KeyspaceId(std::move(bytes));
}

Result<KeyspaceId> KeyspaceId::FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) {
    return InvalidArgument(fmt::format("'{}' is not hex: odd number of digits", hex));
  }
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = HexDigit(hex[i]);
    const int low = HexDigit(hex[i + 1]);
    if (high < 0 || low < 0) return InvalidArgument(fmt::format("'{}' is not hex", hex));
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return KeyspaceId(std::move(bytes));
}

std::string KeyspaceId::ToHex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes_.size() * 2);
  for (const char c : bytes_) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

}  // namespace keyspan::sharding
