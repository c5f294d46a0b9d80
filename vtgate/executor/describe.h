#pragma once

#include <string_view>
#include <vector>

#include "vtgate/executor/routing.h"
#include "vtgate/gateway/gateway.h"

namespace keyspan::vtgate {

// What the reply to COM_STMT_PREPARE says.
struct StatementDescription {
  std::vector<mysql::Field> parameters;
  std::vector<mysql::Field> columns;
  uint16_t warnings = 0;
};

// Has the first of the destinations prepare the statement, outside of any transaction, with these
// settings and the user variables of these names. An error of mysqld is kMysql.
Awaitable<Result<StatementDescription>> DescribeOnShard(Gateway& gateway, const Session& session,
                                                        const Settings& settings,
                                                        const Destinations& destinations,
                                                        std::string_view sql,
                                                        const std::vector<std::string>& variables);

}  // namespace keyspan::vtgate
