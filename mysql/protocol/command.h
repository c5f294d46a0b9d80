#pragma once

#include <cstdint>
#include <string_view>

#include "common/status.h"
#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

// One command of a client. `body` follows the command byte and points into the read buffer of the
// connection: it is valid until the next command is read.
struct Command {
  CommandType type = CommandType::kSleep;
  std::string_view body;
};

// The answer to a command that the server does not know: 1047, 08S01.
inline Status UnknownCommand() {
  return Status(StatusCode::kUnsupported, 1047, "08S01", "Unknown command");
}

}  // namespace keyspan::mysql
