#include "mysql/protocol/result_rewriter.h"
#include "vtgate/executor/handlers.h"

namespace keyspan::vtgate {

void ReplyOk(Statement& statement, uint64_t affected_rows, uint64_t last_insert_id,
             uint16_t warnings, std::string_view info) {
  Session& session = statement.session;
  mysql::OkPacket ok;
  ok.affected_rows = affected_rows;
  ok.last_insert_id = last_insert_id;
  ok.status = session.status();
  if (statement.more_follow) ok.status |= mysql::kStatusMoreResults;
  ok.warnings = warnings;
  ok.info = info;
  statement.client.SendOk(ok);
  session.row_count = static_cast<int64_t>(affected_rows);
}

Status ReplyRows(Statement& statement, const std::vector<std::string>& columns,
                 const std::vector<std::vector<mysql::Value>>& rows) {
  Session& session = statement.session;
  mysql::ServerConnection& client = statement.client;
  std::vector<mysql::Field> fields;
  for (size_t i = 0; i < columns.size(); ++i) {
    mysql::Field& field = fields.emplace_back();
    field.name = columns[i];
    field.type = mysql::FieldType::kVarString;
    field.collation = mysql::kUtf8mb40900AiCi;
    field.length = 1024;
    if (rows.empty()) continue;
    auto kind = rows[0][i].kind();
    if (kind == mysql::Value::Kind::kInt64 || kind == mysql::Value::Kind::kUint64) {
      field.type = mysql::FieldType::kLongLong;
      field.collation = mysql::kBinaryCollation;
      field.length = 20;
      field.flags = mysql::kNumFlag | mysql::kBinaryFlag |
                    (kind == mysql::Value::Kind::kUint64 ? mysql::kUnsignedFlag : 0);
    }
  }
  mysql::ResultWriter writer(session.capabilities, client.sequence(), &client.out());
  writer.Columns(fields, session.status());
  for (const auto& row : rows) {
    if (statement.binary) {
      RETURN_IF_ERROR(writer.BinaryRow(row, fields));
    } else {
      writer.TextRow(row);
    }
  }
  mysql::OkPacket ok;
  ok.status = session.status();
  if (statement.more_follow) ok.status |= mysql::kStatusMoreResults;
  writer.End(ok);
  session.row_count = -1;
  session.found_rows = rows.size();
  return Status::Ok();
}

}  // namespace keyspan::vtgate
