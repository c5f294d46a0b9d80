#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/status.h"
#include "mysql/protocol/ok_packet.h"
#include "mysql/protocol/output_buffer.h"
#include "mysql/protocol/result_scanner.h"
#include "mysql/protocol/row.h"

namespace keyspan::mysql {

// Makes the raw reply of one mysqld (kClientDeprecateEof form, without session tracking unless
// `source_capabilities` has it) into the reply to one client: renumbers sequence ids, inserts and
// converts EOF packets for clients without kClientDeprecateEof, puts the session's own status flags
// into OK and EOF packets, and adds session changes for clients that track them. Rows and column
// definitions are never decoded. Patches are made in the caller's bytes where the sizes allow.
//
// ERR packets are not forwarded: error() has them and the caller answers (it may have to roll back
// or to change the text).
class ResultRewriter {
 public:
  struct Options {
    ReplyKind kind = ReplyKind::kQuery;  // kQuery, or kFieldList
    uint32_t client_capabilities = 0;
    uint32_t source_capabilities = kClientProtocol41 | kClientDeprecateEof;
    uint8_t first_sequence = 1;
    // These bits of the server's status are replaced by those of `status`.
    uint16_t status_mask = kStatusInTransaction | kStatusAutocommit | kStatusInReadOnlyTransaction |
                           kStatusSessionStateChanged | kStatusNoBackslashEscapes;
    uint16_t status = kStatusAutocommit;
    bool more_results_follow = false;  // another statement's reply comes behind this one
    // Put into the final OK of a statement without result set, if the client tracks state.
    const SessionChanges* changes = nullptr;
  };

  explicit ResultRewriter(const Options& options);

  // The next bytes of the reply, split anywhere. They are patched in place, then appended to `out`.
  // kMalformed: the source is useless; the client's reply is cut in the middle if started().
  Status Rewrite(std::span<char> bytes, OutputBuffer* out);
  // As above, and a big chunk that needs no insertions is chained into `out` without a copy.
  Status RewriteOwned(std::string chunk, OutputBuffer* out);

  bool done() const { return done_; }
  // Something went to `out`: an error can still be sent behind a whole packet, but not another
  // result.
  bool started() const { return started_; }
  // What went to `out` ends within a packet: no error can follow it.
  bool inside_packet() const { return skip_ != 0 || in_continuation_; }
  uint8_t next_sequence() const { return sequence_; }
  bool failed() const { return !error_.ok(); }
  const Status& error() const { return error_; }

  // Of the last OK packet, as the server sent it.
  const OkHead& ok() const { return ok_; }  // its tail is empty
  uint64_t row_count() const { return rows_; }
  uint64_t column_count() const { return columns_; }

 private:
  enum class State : uint8_t { kFirst, kColumns, kRows };
  // Bytes that go to `out` as they are, collected until something must be put between them.
  struct Pass {
    OutputBuffer* out;
    char* run;         // start of the collected bytes
    bool cut = false;  // something was put between, or left out
    void Flush(const char* end, char* next);
  };
  Status Process(char* begin, size_t size, Pass* pass, size_t* used);
  Status OnSpecial(char* frame, uint32_t length, Pass* pass);
  Status OnFirst(char* frame, uint32_t length, Pass* pass);
  Status OnOk(char* frame, uint32_t length, Pass* pass);
  void InsertEof(uint16_t warnings, uint16_t status, Pass* pass);
  uint16_t PatchStatus(uint16_t status, bool last) const;

  const Options options_;
  const bool eof_form_;
  State state_ = State::kFirst;
  bool done_ = false;
  bool started_ = false;
  bool in_continuation_ = false;
  bool eof_pending_ = false;  // column definitions ended, their EOF is not written yet
  uint8_t sequence_;
  uint64_t skip_ = 0;
  uint64_t columns_ = 0;
  uint64_t columns_left_ = 0;
  uint64_t rows_ = 0;
  OkHead ok_;
  std::string kept_;  // an incomplete packet at the end of the last piece
  Status error_;
};

// A result set of our own making.
class ResultWriter {
 public:
  ResultWriter(uint32_t client_capabilities, uint8_t* sequence, OutputBuffer* out)
      : capabilities_(client_capabilities), sequence_(sequence), out_(out) {}

  void Columns(std::span<const Field> fields, uint16_t status);
  void TextRow(std::span<const Value> row);
  Status BinaryRow(std::span<const Value> row, std::span<const Field> fields);
  // A finished row payload.
  void RawRow(std::string_view payload) { out_->AppendPacket(payload, sequence_); }
  // Ends the rows. Only status, warnings and changes of `ok` are used.
  void End(const OkPacket& ok);

 private:
  const uint32_t capabilities_;
  uint8_t* sequence_;
  OutputBuffer* out_;
};

// Whole packets for the common answers.
void AppendOk(const OkPacket& ok, uint32_t capabilities, uint8_t* sequence, OutputBuffer* out);
void AppendError(const Status& status, uint32_t capabilities, uint8_t* sequence, OutputBuffer* out);
void AppendEof(const EofPacket& eof, uint8_t* sequence, OutputBuffer* out);

}  // namespace keyspan::mysql
