#include "vtgate/executor/cursor.h"

#include <fmt/format.h>

#include <limits>

#include "mysql/protocol/wire.h"

namespace keyspan::vtgate {
namespace {

// Reads the packets of a reply of the gateway's own making, one logical packet at a time.
class PacketReader {
 public:
  explicit PacketReader(std::string_view bytes) : bytes_(bytes) {}

  // The next packet with its frame headers; false at the end.
  bool Next(std::string_view* packet) {
    auto scan = mysql::ScanFrames(bytes_.substr(at_), std::numeric_limits<size_t>::max());
    if (at_ == bytes_.size() || scan.state != mysql::FrameScan::State::kComplete) return false;
    *packet = bytes_.substr(at_, scan.size);
    at_ += scan.size;
    return true;
  }
  size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

std::string_view PayloadOf(std::string_view packet) {
  return packet.substr(mysql::kFrameHeaderSize);
}

// Appends a packet with the sequence numbers that come next.
void AppendRenumbered(std::string_view packet, mysql::ServerConnection& client) {
  while (!packet.empty()) {
    const size_t size = mysql::kFrameHeaderSize + mysql::Load24(packet.data());
    std::string head(packet.substr(0, mysql::kFrameHeaderSize));
    head[3] = static_cast<char>((*client.sequence())++);
    client.out().Append(head);
    client.out().Append(packet.substr(head.size(), size - head.size()));
    packet.remove_prefix(size);
  }
}

// The packet that ends rows, with other status flags.
Result<std::string> WithStatus(std::string_view end, bool eof_form, uint16_t flags) {
  std::string payload(end);
  if (eof_form) {
    ASSIGN_OR_RETURN(mysql::EofPacket eof, mysql::DecodeEof(payload));
    payload.clear();
    mysql::EncodeEof({eof.warnings, static_cast<uint16_t>(eof.status | flags)}, &payload);
    return payload;
  }
  ASSIGN_OR_RETURN(mysql::OkHead head, mysql::ParseOkHead(payload));
  mysql::Store16(payload.data() + head.status_offset, head.status | flags);
  return payload;
}

}  // namespace

Status OpenCursor(mysql::ServerConnection& client, uint32_t capabilities, std::string reply,
                  PreparedStatement* prepared) {
  const bool eof_form = (capabilities & mysql::kClientDeprecateEof) == 0;
  PacketReader packets(reply);
  std::string_view packet;
  if (!packets.Next(&packet)) return InternalError("an empty reply");
  AppendRenumbered(packet, client);
  if (PayloadOf(packet)[0] == 0) return Status::Ok();
  mysql::ByteReader first(PayloadOf(packet));
  const uint64_t columns = first.Lenenc();
  for (uint64_t i = 0; i < columns + (eof_form ? 1 : 0); ++i) {
    if (!packets.Next(&packet)) return InternalError("a reply without columns");
    if (i < columns) AppendRenumbered(packet, client);
  }
  const size_t rows_begin = packets.at();
  size_t rows_end = rows_begin;
  while (packets.Next(&packet)) rows_end = packets.at() - packet.size();
  ASSIGN_OR_RETURN(std::string end,
                   WithStatus(PayloadOf(packet), eof_form, mysql::kStatusCursorExists));
  reply.resize(rows_end);
  reply.erase(0, rows_begin);
  reply.shrink_to_fit();
  prepared->cursor = std::make_unique<Cursor>();
  prepared->cursor->rows = std::move(reply);
  client.out().AppendPacket(end, client.sequence());
  return Status::Ok();
}

Awaitable<Status> FetchFromCursor(Session& session, mysql::ServerConnection& client,
                                  std::string_view body) {
  mysql::ByteReader reader(body);
  const uint32_t id = reader.Int32();
  const uint32_t wanted = reader.Int32();
  if (reader.failed()) {
    co_return Status::Mysql(1835, "HY000", "Malformed communication packet.");
  }
  auto found = session.prepared.find(id);
  if (found == session.prepared.end()) {
    co_return Status::Mysql(
        1243, "HY000",
        fmt::format("Unknown prepared statement handler ({}) given to mysql_stmt_precheck", id));
  }
  PreparedStatement& prepared = *found->second;
  if (prepared.cursor == nullptr) {
    co_return Status::Mysql(1421, "HY000",
                            fmt::format("The statement ({}) has no open cursor.", id));
  }
  Cursor& cursor = *prepared.cursor;
  uint32_t sent = 0;
  for (; sent < wanted && cursor.sent < cursor.rows.size(); ++sent) {
    PacketReader packets(std::string_view(cursor.rows).substr(cursor.sent));
    std::string_view packet;
    if (!packets.Next(&packet)) co_return InternalError("a broken row in a cursor");
    AppendRenumbered(packet, client);
    cursor.sent += packet.size();
    if (client.WantsFlush()) CO_RETURN_IF_ERROR(co_await client.Flush());
  }
  mysql::OkPacket end;
  end.status = session.status();
  end.status |= sent < wanted ? mysql::kStatusLastRowSent : mysql::kStatusCursorExists;
  if (sent < wanted) prepared.cursor = nullptr;
  mysql::ResultWriter(session.capabilities, client.sequence(), &client.out()).End(end);
  co_return Status::Ok();
}

}  // namespace keyspan::vtgate
