#include "mysql/protocol/result_rewriter.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {

void AppendOk(const OkPacket& ok, uint32_t capabilities, uint8_t* sequence, OutputBuffer* out) {
  EncodeOk(ok, capabilities, 0x00, out->BeginPacket());
  out->EndPacket(sequence);
}

void AppendError(const Status& status, uint32_t capabilities, uint8_t* sequence,
                 OutputBuffer* out) {
  EncodeError(status, capabilities | kClientProtocol41, out->BeginPacket());
  out->EndPacket(sequence);
}

void AppendEof(const EofPacket& eof, uint8_t* sequence, OutputBuffer* out) {
  EncodeEof(eof, out->BeginPacket());
  out->EndPacket(sequence);
}

void ResultWriter::Columns(std::span<const Field> fields, uint16_t status) {
  AppendLenenc(out_->BeginPacket(), fields.size());
  out_->EndPacket(sequence_);
  for (const Field& field : fields) {
    EncodeColumnDefinition(field, out_->BeginPacket());
    out_->EndPacket(sequence_);
  }
  if (!(capabilities_ & kClientDeprecateEof)) AppendEof({0, status}, sequence_, out_);
}

void ResultWriter::TextRow(std::span<const Value> row) {
  EncodeTextRow(row, out_->BeginPacket());
  out_->EndPacket(sequence_);
}

Status ResultWriter::BinaryRow(std::span<const Value> row, std::span<const Field> fields) {
  Status status = EncodeBinaryRow(row, fields, out_->BeginPacket());
  if (!status.ok()) {
    out_->CancelPacket();
    return status;
  }
  out_->EndPacket(sequence_);
  return status;
}

void ResultWriter::End(const OkPacket& ok) {
  if (!(capabilities_ & kClientDeprecateEof)) {
    AppendEof({ok.warnings, static_cast<uint16_t>(ok.status & ~kStatusSessionStateChanged)},
              sequence_, out_);
    return;
  }
  OkPacket end;
  end.status = ok.status;
  end.warnings = ok.warnings;
  end.changes = ok.changes;
  EncodeOk(end, capabilities_, 0xfe, out_->BeginPacket());
  out_->EndPacket(sequence_);
}

}  // namespace keyspan::mysql
