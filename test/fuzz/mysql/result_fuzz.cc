// Replies of a server: scanner, reader and rewriter must agree, however the bytes are cut.
#include "mysql/protocol/result_reader.h"
#include "mysql/protocol/result_rewriter.h"
#include "mysql/protocol/result_scanner.h"

using namespace keyspan::mysql;  // NOLINT

namespace {

struct Outcome {
  bool malformed = false;
  bool done = false;
  uint64_t rows = 0;
  std::string output;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Scan(std::string_view bytes, size_t piece) {
  Outcome outcome;
  ResultScanner scanner;
  std::string pending;
  while (!bytes.empty() && !scanner.done()) {
    pending.append(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    auto used = scanner.Feed(pending);
    if (!used.ok()) {
      outcome.malformed = true;
      return outcome;
    }
    pending.erase(0, *used);
  }
  outcome.done = scanner.done();
  outcome.rows = scanner.total_rows();
  return outcome;
}

Outcome Rewrite(std::string bytes, size_t piece, uint32_t capabilities) {
  Outcome outcome;
  ResultRewriter::Options options;
  options.client_capabilities = capabilities;
  options.status = kStatusInTransaction;
  ResultRewriter rewriter(options);
  OutputBuffer out;
  for (size_t at = 0; at < bytes.size() && !rewriter.done(); at += piece) {
    size_t n = std::min(piece, bytes.size() - at);
    if (!rewriter.Rewrite({bytes.data() + at, n}, &out).ok()) {
      outcome.malformed = true;
      return outcome;
    }
  }
  outcome.done = rewriter.done();
  outcome.rows = rewriter.row_count();
  outcome.output = out.Flatten();
  return outcome;
}

void Read(std::string_view bytes, size_t piece) {
  ResultReader reader;
  while (!bytes.empty()) {
    std::string chunk(bytes.substr(0, piece));
    bytes.remove_prefix(chunk.size());
    reader.Append(chunk);
    while (true) {
      auto item = reader.Next();
      if (item == ResultReader::Item::kMalformed || item == ResultReader::Item::kEnd) return;
      if (item == ResultReader::Item::kNeedMore) break;
      if (item == ResultReader::Item::kRow) {
        Row row;
        (void)DecodeTextRow(reader.row(), reader.columns(), &row).ok();
        (void)DecodeBinaryRow(reader.row(), reader.columns(), &row).ok();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  size_t piece = 1 + data[0];
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Outcome whole = Scan(bytes, bytes.size());
  Outcome cut = Scan(bytes, piece);
  if (!(whole == cut)) __builtin_trap();
  for (uint32_t capabilities :
       {0u, uint32_t{kClientDeprecateEof}, uint32_t{kClientDeprecateEof | kClientSessionTrack}}) {
    // Bytes behind the end of the reply are malformed only if they come in the same piece.
    Outcome one = Rewrite(bytes, bytes.size(), capabilities);
    Outcome many = Rewrite(bytes, piece, capabilities);
    if (!one.malformed && !many.malformed && !(one == many)) __builtin_trap();
    if (!whole.malformed && whole.done && !one.malformed && !one.done) __builtin_trap();
  }
  Read(bytes, piece);
  return 0;
}
