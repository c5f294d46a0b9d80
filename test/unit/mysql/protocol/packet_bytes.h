#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "mysql/protocol/output_buffer.h"

namespace keyspan::mysql {

// Bytes from a text of hexadecimal digits and 'quoted' characters; blanks do not count:
// "00 01 'abc' ff".
inline std::string Bytes(std::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\n') {
      ++i;
    } else if (text[i] == '\'') {
      size_t end = text.find('\'', i + 1);
      bytes.append(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else {
      bytes.push_back(static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
      i += 2;
    }
  }
  return bytes;
}

// Payloads as the frames of one reply, sequence ids from `sequence` on.
inline std::string Frames(std::initializer_list<std::string> payloads, uint8_t sequence = 1) {
  std::string bytes;
  for (const std::string& payload : payloads) AppendFrames(payload, &sequence, &bytes);
  return bytes;
}

}  // namespace keyspan::mysql
