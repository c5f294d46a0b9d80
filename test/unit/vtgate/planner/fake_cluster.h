#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "vtgate/gateway/cluster.h"

namespace keyspan::vtgate {

// A cluster from a text:
//
//   keyspace customer -80 80-
//   vschema {"sharded": true, ...}      (one line, or several up to a line that is `end`)
//   table users
//     id bigint not null auto_increment
//     name varchar(40) collate utf8mb4_0900_ai_ci
//     primary key (id)
//     unique key by_name (name)
//   view v
//
// Aborts the test on a text that is not of this form.
std::shared_ptr<const Cluster> ParseCluster(std::string_view text);

}  // namespace keyspan::vtgate
