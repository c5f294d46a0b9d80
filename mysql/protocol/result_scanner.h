#pragma once

#include <cstdint>
#include <string_view>

#include "common/status.h"
#include "mysql/protocol/ok_packet.h"

namespace keyspan::mysql {

// What kind of reply a command gets.
enum class ReplyKind : uint8_t {
  kQuery,      // COM_QUERY and COM_STMT_EXECUTE: OK, ERR, or result sets, perhaps several
  kPrepare,    // COM_STMT_PREPARE
  kSimple,     // one OK or ERR: PING, INIT_DB, RESET_CONNECTION, STMT_RESET, SET_OPTION
  kFieldList,  // column definitions, then OK
};

// Walks the bytes of one server reply (kClientDeprecateEof agreed, no session tracking needed) and
// knows where its parts lie and where it ends, without decoding or copying rows. This is the hot
// path of a tablet, which forwards the bytes.
//
// Feed() takes the reply in pieces of any size. It consumes what it understands and leaves at most
// an incomplete packet head, or an incomplete OK, ERR or column count packet, to be presented again
// with more bytes behind it. Bytes after the end of the reply are left alone.
class ResultScanner {
 public:
  enum class Phase : uint8_t { kFirst, kParameters, kColumns, kRows, kEnding, kDone };

  explicit ResultScanner(ReplyKind kind = ReplyKind::kQuery);
  void Reset(ReplyKind kind) { *this = ResultScanner(kind); }

  // Returns how many bytes from the front of `bytes` were consumed, or kMalformed: the connection
  // is then useless.
  Result<size_t> Feed(std::string_view bytes);

  bool done() const { return phase_ == Phase::kDone; }
  Phase phase() const { return phase_; }
  // Bytes consumed since the reply began; other offsets count from there too.
  uint64_t offset() const { return offset_; }

  // Of the current result set (the last one when done).
  uint64_t column_count() const { return columns_; }
  uint64_t rows_offset() const { return rows_offset_; }  // where its first row (or its end) begins
  uint64_t row_count() const { return rows_; }           // so far
  uint32_t result_sets() const { return result_sets_; }  // finished, OK without rows included
  uint64_t total_rows() const { return total_rows_; }    // of all result sets, so far

  // Of the last OK packet seen; requires !failed().
  uint16_t status() const { return status_; }
  uint16_t warnings() const { return warnings_; }
  uint64_t affected_rows() const { return affected_rows_; }
  uint64_t last_insert_id() const { return last_insert_id_; }
  uint64_t ok_offset() const { return ok_offset_; }  // of its frame header, or that of ERR
  // The reply ended with ERR: the error of mysqld.
  bool failed() const { return !error_.ok(); }
  const Status& error() const { return error_; }

  // Of a kPrepare reply.
  uint32_t statement_id() const { return statement_id_; }
  uint16_t parameter_count() const { return parameter_count_; }
  // The sequence id that a further packet would have.
  uint8_t next_sequence() const { return next_sequence_; }

 private:
  Status OnFirst(std::string_view payload);
  Status OnOk(std::string_view payload);
  Status OnError(std::string_view payload);
  void OnColumnsEnd();

  ReplyKind kind_;
  Phase phase_ = Phase::kFirst;
  bool in_continuation_ = false;  // the last frame was full: the next belongs to the same packet
  uint8_t next_sequence_ = 1;
  uint64_t skip_ = 0;  // payload bytes of the current frame still to come
  uint64_t offset_ = 0;
  uint64_t columns_ = 0;
  uint64_t columns_left_ = 0;
  uint64_t rows_ = 0;
  uint64_t total_rows_ = 0;
  uint64_t rows_offset_ = 0;
  uint64_t ok_offset_ = 0;
  uint32_t result_sets_ = 0;
  uint16_t status_ = 0;
  uint16_t warnings_ = 0;
  uint64_t affected_rows_ = 0;
  uint64_t last_insert_id_ = 0;
  uint32_t statement_id_ = 0;
  uint16_t parameter_count_ = 0;
  Status error_;
};

}  // namespace keyspan::mysql
