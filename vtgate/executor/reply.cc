#include "mysql/protocol/result_rewriter.h"
#include "vtgate/executor/handlers.h"

namespace keyspan::vtgate {
namespace {

constexpr uint32_t kBytesPerCharacter = 4;  // of utf8mb4
constexpr uint8_t kNotFixedDecimals = 31;   // DECIMAL_NOT_SPECIFIED

}  // namespace

void ReplyOk(Statement& statement, uint64_t affected_rows, uint64_t last_insert_id,
             uint16_t warnings, std::string_view info) {
  Session& session = statement.session;
  mysql::OkPacket ok = session.MakeOk(/*ends_rows=*/false);
  ok.affected_rows = affected_rows;
  ok.last_insert_id = last_insert_id;
  if (statement.more_follow) ok.status |= mysql::kStatusMoreResults;
  ok.warnings = warnings;
  ok.info = info;
  statement.client.SendOk(ok);
  session.row_count = static_cast<int64_t>(affected_rows);
}

std::vector<mysql::Field> FieldsOf(std::span<const OwnColumn> columns) {
  std::vector<mysql::Field> fields;
  for (const OwnColumn& column : columns) {
    mysql::Field& field = fields.emplace_back();
    field.name = column.name;
    field.flags = column.nullable ? 0 : mysql::kNotNullFlag;
    if (column.kind == OwnColumn::Kind::kText) {
      field.type = mysql::FieldType::kVarString;
      field.collation = mysql::kUtf8mb40900AiCi;
      field.length = kBytesPerCharacter * (column.length > 0 ? column.length : 256);
      field.decimals = kNotFixedDecimals;
      continue;
    }
    const bool small =
        column.kind == OwnColumn::Kind::kInt32 || column.kind == OwnColumn::Kind::kUint32;
    const bool is_unsigned =
        column.kind == OwnColumn::Kind::kUint || column.kind == OwnColumn::Kind::kUint32;
    field.type = small ? mysql::FieldType::kLong : mysql::FieldType::kLongLong;
    field.collation = mysql::kBinaryCollation;
    field.length = column.length > 0 ? column.length : 21;
    field.flags |= mysql::kBinaryFlag | (is_unsigned ? mysql::kUnsignedFlag : 0);
  }
  return fields;
}

std::vector<mysql::Field> OwnColumns(const Statement& statement) {
  const Plan& plan = *statement.plan;
  if (plan.kind == PlanKind::kNextValue) return FieldsOf(NextValueColumns());
  if (plan.kind == PlanKind::kShow) return FieldsOf(OwnShowColumns(statement));
  if (plan.kind != PlanKind::kExplain) return {};
  const auto& node = *parser::Cast<parser::Explain>(plan.statement->root());
  return node.vexplain ? FieldsOf(VexplainColumns()) : std::vector<mysql::Field>();
}

bool KeepsFoundRows(const Plan& plan) {
  if (plan.kind == PlanKind::kExplain) return true;
  if (plan.kind != PlanKind::kShow) return false;
  const parser::ShowKind kind = parser::Cast<parser::Show>(plan.statement->root())->show;
  return kind == parser::ShowKind::kWarnings || kind == parser::ShowKind::kErrors ||
         kind == parser::ShowKind::kCreateTable;
}

Status ReplyRows(Statement& statement, const std::vector<OwnColumn>& columns,
                 const std::vector<std::vector<mysql::Value>>& rows) {
  Session& session = statement.session;
  mysql::ServerConnection& client = statement.client;
  const std::vector<mysql::Field> fields = FieldsOf(columns);
  mysql::ResultWriter writer(session.capabilities, client.sequence(), &client.out());
  writer.Columns(fields, session.status());
  for (const auto& row : rows) {
    if (statement.binary) {
      RETURN_IF_ERROR(writer.BinaryRow(row, fields));
    } else {
      writer.TextRow(row);
    }
  }
  session.transaction.use().result_sent = true;
  mysql::OkPacket ok = session.MakeOk(/*ends_rows=*/true);
  if (statement.more_follow) ok.status |= mysql::kStatusMoreResults;
  writer.End(ok);
  session.row_count = -1;
  if (!KeepsFoundRows(*statement.plan)) session.found_rows = rows.size();
  return Status::Ok();
}

}  // namespace keyspan::vtgate
