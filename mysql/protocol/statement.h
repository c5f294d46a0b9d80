#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/status.h"
#include "mysql/protocol/output_buffer.h"
#include "mysql/types/value.h"

namespace keyspan::mysql {

// One parameter as it came on the wire. `raw` is its binary encoding without a length prefix and
// lives as long as the packet (or the long data) that it points into.
struct ParameterView {
  FieldType type = FieldType::kNull;
  bool is_unsigned = false;
  bool is_null = false;
  std::string_view raw;
};
// Strings get `collation` (the session's connection collation); BLOB types are bytes.
Result<Value> DecodeParameter(const ParameterView& parameter, uint16_t collation);

struct ParameterType {
  FieldType type = FieldType::kNull;
  bool is_unsigned = false;
  friend bool operator==(const ParameterType&, const ParameterType&) = default;
};

struct QueryAttribute {
  std::string_view name;
  ParameterView value;
};

// COM_QUERY: `sql` without the parameter block that clients with kClientQueryAttributes put first.
struct QueryRequest {
  std::string_view sql;
  std::vector<QueryAttribute> attributes;
};
Result<QueryRequest> ParseQuery(std::string_view body, uint32_t capabilities);
// Body of COM_QUERY for a server with which `capabilities` were agreed, command byte included.
void EncodeQuery(std::string_view sql, uint32_t capabilities, std::string* payload);

// COM_STMT_EXECUTE.
struct ExecuteRequest {
  uint32_t statement_id = 0;
  uint8_t flags = 0;        // 1 = open a cursor, 8 = parameter count sent
  bool types_sent = false;  // types_sent: the server must remember `types` for the next EXECUTE
  std::vector<ParameterType> types;
  std::vector<ParameterView> parameters;
  std::vector<QueryAttribute> attributes;

  // The parameters in the form that EncodeExecute takes: null bitmap, 1, types, values. Copies the
  // client's bytes when they have that form already.
  void AppendBlock(std::string* out) const;

 private:
  friend Result<ExecuteRequest> ParseExecute(std::string_view, size_t,
                                             std::span<const ParameterType>,
                                             std::span<const std::string* const>, uint32_t);
  std::string_view block_;  // empty unless it can be passed on as it is
};
// `body` follows the command byte. `bound_types` are those of the statement's last EXECUTE (empty
// if none), `long_data` has an entry per parameter, null unless COM_STMT_SEND_LONG_DATA came; may
// be empty. Fails with 1210 when the parameters do not fit the statement.
Result<ExecuteRequest> ParseExecute(std::string_view body, size_t parameter_count,
                                    std::span<const ParameterType> bound_types,
                                    std::span<const std::string* const> long_data,
                                    uint32_t capabilities);
// The statement id of an EXECUTE, CLOSE, RESET, FETCH or SEND_LONG_DATA body: needed before the
// parameter count is known.
Result<uint32_t> PeekStatementId(std::string_view body);

// A parameter block (see AppendBlock) from values of our own. Empty for no parameters.
Status EncodeParameterBlock(std::span<const Value> parameters, std::string* out);
// COM_STMT_EXECUTE with command byte; `block` as made by the two functions above. With
// kClientQueryAttributes agreed no attribute is sent.
void EncodeExecute(uint32_t statement_id, uint8_t flags, std::string_view block,
                   std::string* payload);

// COM_STMT_SEND_LONG_DATA.
struct LongData {
  uint32_t statement_id = 0;
  uint16_t parameter = 0;
  std::string_view bytes;
};
Result<LongData> ParseLongData(std::string_view body);

// First packet of the reply to COM_STMT_PREPARE.
struct PrepareOk {
  uint32_t statement_id = 0;
  uint16_t columns = 0;
  uint16_t parameters = 0;
  uint16_t warnings = 0;
};
Result<PrepareOk> DecodePrepareOk(std::string_view payload);
// The whole reply, with EOF packets where `capabilities` ask for them.
void AppendPrepareReply(uint32_t statement_id, std::span<const Field> parameters,
                        std::span<const Field> columns, uint16_t warnings, uint16_t status,
                        uint32_t capabilities, uint8_t* sequence, OutputBuffer* out);

}  // namespace keyspan::mysql
