// COM_STMT_EXECUTE: what parses must give a block that parses to the same parameters.
#include "mysql/protocol/constants.h"
#include "mysql/protocol/statement.h"

using namespace keyspan::mysql;  // NOLINT

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  size_t count = data[0] % 12;
  uint32_t capabilities = data[1] & 1 ? kClientQueryAttributes : 0;
  std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
  std::vector<ParameterType> bound(count, {FieldType::kLong, false});
  if (data[1] & 2) bound.clear();
  std::string sent = "long data";
  std::vector<const std::string*> long_data;
  if ((data[1] & 4) && count > 0) long_data = {&sent};
  auto request = ParseExecute(body, count, bound, long_data, capabilities);
  if (!request.ok()) return 0;
  if (request->parameters.size() != count && count != 0) __builtin_trap();
  std::string block, packet;
  request->AppendBlock(&block);
  EncodeExecute(request->statement_id, request->flags, block, &packet);
  auto again = ParseExecute(std::string_view(packet).substr(1), count, {}, {}, 0);
  if (!again.ok()) __builtin_trap();
  for (size_t i = 0; i < count; ++i) {
    const ParameterView& a = request->parameters[i];
    const ParameterView& b = again->parameters[i];
    if (a.is_null != b.is_null || (!a.is_null && (a.raw != b.raw || a.type != b.type))) {
      __builtin_trap();
    }
    (void)DecodeParameter(a, 255).ok();
  }
  for (const QueryAttribute& attribute : request->attributes) {
    (void)DecodeParameter(attribute.value, 255).ok();
  }
  return 0;
}
