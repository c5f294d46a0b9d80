#pragma once

#include <string>
#include <vector>

#include "rpc/tablet_messages.pb.h"

namespace keyspan::vtctl {

// What differs between the schemas of two tablets, one sentence each, in terms of their names.
// Columns and indexes in another order are a difference; AUTO_INCREMENT counters are not.
std::vector<std::string> DiffSchemas(const std::string& left_name,
                                     const rpc::GetSchemaResponse& left,
                                     const std::string& right_name,
                                     const rpc::GetSchemaResponse& right);

}  // namespace keyspan::vtctl
