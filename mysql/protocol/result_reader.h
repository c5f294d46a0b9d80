#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/result_scanner.h"
#include "mysql/protocol/row.h"

namespace keyspan::mysql {

// Decodes the bytes of one reply (kClientDeprecateEof form) item by item, for those who need the
// columns and rows rather than forward them: merges, aggregation, control statements.
//
//   reader.Append(chunk);
//   while (true) switch (reader.Next()) { case kNeedMore: ... }
class ResultReader {
 public:
  enum class Item : uint8_t {
    kNeedMore,   // Append() the next chunk
    kColumns,    // a result set begins: columns() are set
    kRow,        // row() is its payload
    kResultEnd,  // ok() ends a result set, or is the answer to a statement without one; if
                 // more_results() another follows
    kError,      // error() is what the server answered; the reply is over
    kMalformed,  // error(); the connection is useless
    kEnd,        // the reply is over
  };

  explicit ResultReader(uint32_t capabilities = kClientProtocol41 | kClientDeprecateEof)
      : capabilities_(capabilities) {}

  // `chunk` must stay valid until Next() has returned kNeedMore (what is left of it is copied
  // then).
  void Append(std::string_view chunk);
  Item Next();

  const std::vector<Field>& columns() const { return columns_; }
  // Valid until the next call of Next() or Append().
  std::string_view row() const { return row_; }
  const OkPacket& ok() const { return ok_; }
  bool more_results() const { return (ok_.status & kStatusMoreResults) != 0; }
  const Status& error() const { return error_; }

 private:
  enum class State : uint8_t { kFirst, kColumns, kRows, kOver };
  Item OnPacket(std::string_view payload);
  Item Malformed(std::string what);

  const uint32_t capabilities_;
  State state_ = State::kFirst;
  std::string kept_;       // bytes of earlier chunks that are not used yet
  std::string_view rest_;  // unread part of kept_ or of the current chunk
  std::string joined_;     // payload of a packet that came in several frames
  std::vector<Field> columns_;
  uint64_t columns_left_ = 0;
  std::string_view row_;
  OkPacket ok_;
  Status error_;
};

// A whole decoded result, for control statements.
struct QueryResult {
  std::vector<Field> fields;
  std::vector<Row> rows;
  OkPacket ok;
};

}  // namespace keyspan::mysql
