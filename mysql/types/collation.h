#pragma once

#include <cstdint>
#include <string_view>

namespace keyspan::mysql {

// A character set of MySQL. All are static data, valid for ever.
struct Charset {
  std::string_view name;
  uint16_t default_collation;
  uint8_t max_bytes;  // of one character
};

struct Collation {
  uint16_t id;
  std::string_view name;
  std::string_view charset;
  bool is_default;  // of its character set
  bool pad_space;   // trailing spaces do not count in comparisons
};

// Null when MySQL 9.7 has no such collation or character set. Names in any letter case; "utf8" is
// known as "utf8mb3".
const Collation* FindCollation(uint16_t id);
const Collation* FindCollation(std::string_view name);
const Charset* FindCharset(std::string_view name);
const Charset* CharsetOfCollation(uint16_t id);

}  // namespace keyspan::mysql
