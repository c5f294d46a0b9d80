#include "mysql/protocol/row.h"
#include "mysql/protocol/wire.h"

namespace keyspan::mysql {

Result<Field> DecodeColumnDefinition(std::string_view payload) {
  ByteReader reader(payload);
  Field field;
  field.catalog = reader.LenencString();
  field.schema = reader.LenencString();
  field.table = reader.LenencString();
  field.org_table = reader.LenencString();
  field.name = reader.LenencString();
  field.org_name = reader.LenencString();
  uint64_t fixed = reader.Lenenc();
  field.collation = reader.Int16();
  field.length = reader.Int32();
  field.type = static_cast<FieldType>(reader.Int8());
  field.flags = reader.Int16();
  field.decimals = reader.Int8();
  reader.Skip(2);
  // COM_FIELD_LIST puts a default value behind it, which nobody reads any more.
  if (reader.failed() || fixed != 12) return Malformed("broken column definition");
  return field;
}

void EncodeColumnDefinition(const Field& field, std::string* payload) {
  AppendLenencString(payload, field.catalog);
  AppendLenencString(payload, field.schema);
  AppendLenencString(payload, field.table);
  AppendLenencString(payload, field.org_table);
  AppendLenencString(payload, field.name);
  AppendLenencString(payload, field.org_name);
  Append8(payload, 12);
  Append16(payload, field.collation);
  Append32(payload, field.length);
  Append8(payload, static_cast<uint8_t>(field.type));
  Append16(payload, field.flags);
  Append8(payload, field.decimals);
  Append16(payload, 0);
}

}  // namespace keyspan::mysql
