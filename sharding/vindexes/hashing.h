#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace keyspan::sharding {

// The hash functions of the vindexes. Their results decide where rows lie, so they never change.

// XXH64 with seed 0, least significant byte first.
std::string XxHash64(std::string_view bytes);

// The 16 bytes of MD5.
std::string Md5(std::string_view bytes);

// One block of DES with a key of zeros over the number's eight bytes, most significant first.
std::string DesHash(uint64_t number);

}  // namespace keyspan::sharding
