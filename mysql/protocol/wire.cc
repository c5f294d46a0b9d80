#include "mysql/protocol/wire.h"

#include <bit>

#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

static_assert(std::endian::native == std::endian::little,
              "loads and stores copy the little-endian bytes of the wire");

void Append16(std::string* out, uint16_t v) { out->append(reinterpret_cast<const char*>(&v), 2); }
void Append24(std::string* out, uint32_t v) { out->append(reinterpret_cast<const char*>(&v), 3); }
void Append32(std::string* out, uint32_t v) { out->append(reinterpret_cast<const char*>(&v), 4); }
void Append64(std::string* out, uint64_t v) { out->append(reinterpret_cast<const char*>(&v), 8); }

void AppendLenenc(std::string* out, uint64_t v) {
  if (v < 0xfb) {
    Append8(out, static_cast<uint8_t>(v));
  } else if (v <= 0xffff) {
    Append8(out, 0xfc);
    Append16(out, static_cast<uint16_t>(v));
  } else if (v <= 0xffffff) {
    Append8(out, 0xfd);
    Append24(out, static_cast<uint32_t>(v));
  } else {
    Append8(out, 0xfe);
    Append64(out, v);
  }
}

void AppendLenencString(std::string* out, std::string_view bytes) {
  AppendLenenc(out, bytes.size());
  out->append(bytes);
}

size_t LenencSize(uint64_t v) { return v < 0xfb ? 1 : v <= 0xffff ? 3 : v <= 0xffffff ? 4 : 9; }

uint64_t ByteReader::Lenenc() {
  uint8_t first = Int8();
  if (first < 0xfb) return first;
  switch (first) {
    case 0xfc:
      return Int16();
    case 0xfd:
      return Int24();
    case 0xfe:
      return Int64();
    default:
      failed_ = true;
      p_ = end_;
      return 0;
  }
}

bool ByteReader::LenencStringOrNull(std::string_view* out) {
  if (!empty() && static_cast<uint8_t>(*p_) == 0xfb) {
    ++p_;
    *out = {};
    return false;
  }
  *out = LenencString();
  return true;
}

std::string_view ByteReader::NulTerminated() {
  const void* nul = empty() ? nullptr : std::memchr(p_, 0, remaining());
  if (nul == nullptr) {
    failed_ = true;
    p_ = end_;
    return {};
  }
  auto size = static_cast<size_t>(static_cast<const char*>(nul) - p_);
  std::string_view text(p_, size);
  p_ += size + 1;
  return text;
}

}  // namespace keyspan::mysql
