#include "mysql/protocol/constants.h"

namespace keyspan::mysql {

std::string_view CommandName(CommandType type) {
  switch (type) {
    case CommandType::kSleep:
      return "Sleep";
    case CommandType::kQuit:
      return "Quit";
    case CommandType::kInitDb:
      return "Init DB";
    case CommandType::kQuery:
      return "Query";
    case CommandType::kFieldList:
      return "Field List";
    case CommandType::kCreateDb:
      return "Create DB";
    case CommandType::kDropDb:
      return "Drop DB";
    case CommandType::kRefresh:
      return "Refresh";
    case CommandType::kStatistics:
      return "Statistics";
    case CommandType::kProcessInfo:
      return "Processlist";
    case CommandType::kProcessKill:
      return "Kill";
    case CommandType::kDebug:
      return "Debug";
    case CommandType::kPing:
      return "Ping";
    case CommandType::kChangeUser:
      return "Change user";
    case CommandType::kBinlogDump:
      return "Binlog Dump";
    case CommandType::kStmtPrepare:
      return "Prepare";
    case CommandType::kStmtExecute:
      return "Execute";
    case CommandType::kStmtSendLongData:
      return "Long Data";
    case CommandType::kStmtClose:
      return "Close stmt";
    case CommandType::kStmtReset:
      return "Reset stmt";
    case CommandType::kSetOption:
      return "Set option";
    case CommandType::kStmtFetch:
      return "Fetch";
    case CommandType::kBinlogDumpGtid:
      return "Binlog Dump GTID";
    case CommandType::kResetConnection:
      return "Reset Connection";
  }
  return "Error";
}

}  // namespace keyspan::mysql
