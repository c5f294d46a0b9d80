#pragma once

#include <cstdint>
#include <string_view>

#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

// One command of a client. `body` follows the command byte and points into the read buffer of the
// connection: it is valid until the next command is read.
struct Command {
  CommandType type = CommandType::kSleep;
  std::string_view body;
};

}  // namespace keyspan::mysql
