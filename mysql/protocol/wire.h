#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace keyspan::mysql {

// Little-endian loads and stores; the host is little-endian (checked in wire.cc).
inline uint16_t Load16(const char* p) {
  uint16_t v;
  std::memcpy(&v, p, 2);
  return v;
}
inline uint32_t Load24(const char* p) {
  return static_cast<uint8_t>(p[0]) | static_cast<uint32_t>(static_cast<uint8_t>(p[1])) << 8 |
         static_cast<uint32_t>(static_cast<uint8_t>(p[2])) << 16;
}
inline uint32_t Load32(const char* p) {
  uint32_t v;
  std::memcpy(&v, p, 4);
  return v;
}
inline uint64_t Load64(const char* p) {
  uint64_t v;
  std::memcpy(&v, p, 8);
  return v;
}
inline void Store16(char* p, uint16_t v) { std::memcpy(p, &v, 2); }
inline void Store24(char* p, uint32_t v) {
  p[0] = static_cast<char>(v);
  p[1] = static_cast<char>(v >> 8);
  p[2] = static_cast<char>(v >> 16);
}

inline void Append8(std::string* out, uint8_t v) { out->push_back(static_cast<char>(v)); }
void Append16(std::string* out, uint16_t v);
void Append24(std::string* out, uint32_t v);
void Append32(std::string* out, uint32_t v);
void Append64(std::string* out, uint64_t v);
void AppendLenenc(std::string* out, uint64_t v);
void AppendLenencString(std::string* out, std::string_view bytes);
// Bytes that AppendLenenc writes for `v`.
size_t LenencSize(uint64_t v);

// Reads the fields of one packet. A read past the end yields zeros and sets failed(), which stays
// set, so that a decoder checks once at its end. Views point into the packet.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : p_(bytes.data()), end_(p_ + bytes.size()) {}

  bool failed() const { return failed_; }
  size_t remaining() const { return static_cast<size_t>(end_ - p_); }
  bool empty() const { return p_ == end_; }

  uint8_t Int8() {
    const char* p = Take(1);
    return p ? static_cast<uint8_t>(*p) : 0;
  }
  uint16_t Int16() {
    const char* p = Take(2);
    return p ? Load16(p) : 0;
  }
  uint32_t Int24() {
    const char* p = Take(3);
    return p ? Load24(p) : 0;
  }
  uint32_t Int32() {
    const char* p = Take(4);
    return p ? Load32(p) : 0;
  }
  uint64_t Int64() {
    const char* p = Take(8);
    return p ? Load64(p) : 0;
  }
  // Length-encoded integer. 0xfb (NULL in rows) and 0xff are errors here.
  uint64_t Lenenc();
  std::string_view LenencString() { return Bytes(Lenenc()); }
  // Like LenencString, or false for the NULL mark of a text row.
  bool LenencStringOrNull(std::string_view* out);
  std::string_view Bytes(uint64_t n) {
    const char* p = Take(n);
    return p ? std::string_view(p, n) : std::string_view();
  }
  std::string_view NulTerminated();
  std::string_view Rest() { return Bytes(remaining()); }
  void Skip(uint64_t n) { Take(n); }
  const char* position() const { return p_; }

 private:
  const char* Take(uint64_t n) {
    if (n > remaining()) {
      failed_ = true;
      p_ = end_;
      return nullptr;
    }
    const char* p = p_;
    p_ += n;
    return p;
  }

  const char* p_;
  const char* end_;
  bool failed_ = false;
};

}  // namespace keyspan::mysql
