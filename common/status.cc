#include "common/status.h"

#include <fmt/format.h>

#include <cstring>

namespace keyspan {
namespace {

struct CodeTraits {
  std::string_view name;
  uint16_t mysql_errno;
  std::string_view sqlstate;
};

// Numbers of the MySQL 9.7 error reference; 1105 (ER_UNKNOWN_ERROR) where nothing fits.
CodeTraits TraitsOf(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return {"OK", 0, "00000"};
    case StatusCode::kInvalidArgument:
      return {"INVALID_ARGUMENT", 1210, "HY000"};
    case StatusCode::kNotFound:
      return {"NOT_FOUND", 1105, "HY000"};
    case StatusCode::kAlreadyExists:
      return {"ALREADY_EXISTS", 1105, "HY000"};
    case StatusCode::kUnsupported:
      return {"UNSUPPORTED", 1235, "42000"};
    case StatusCode::kFailedPrecondition:
      return {"FAILED_PRECONDITION", 1105, "HY000"};
    case StatusCode::kAborted:
      return {"ABORTED", 1180, "HY000"};
    case StatusCode::kUnavailable:
      return {"UNAVAILABLE", 1105, "HY000"};
    case StatusCode::kUnknownOutcome:
      return {"UNKNOWN_OUTCOME", 1105, "HY000"};
    case StatusCode::kDeadlineExceeded:
      return {"DEADLINE_EXCEEDED", 1317, "70100"};
    case StatusCode::kCancelled:
      return {"CANCELLED", 1317, "70100"};
    case StatusCode::kResourceExhausted:
      return {"RESOURCE_EXHAUSTED", 1203, "42000"};
    case StatusCode::kPermissionDenied:
      return {"PERMISSION_DENIED", 1045, "28000"};
    case StatusCode::kMalformed:
      return {"MALFORMED", 1835, "08S01"};
    case StatusCode::kMysql:
      return {"MYSQL", 1105, "HY000"};
    case StatusCode::kInternal:
      return {"INTERNAL", 1815, "HY000"};
  }
  return {"UNKNOWN", 1105, "HY000"};
}

}  // namespace

std::string_view StatusCodeName(StatusCode code) { return TraitsOf(code).name; }

Status::Status(StatusCode code, std::string message)
    : Status(code, TraitsOf(code).mysql_errno, TraitsOf(code).sqlstate, std::move(message)) {}

Status::Status(StatusCode code, uint16_t mysql_errno, std::string_view sqlstate,
               std::string message) {
  if (code == StatusCode::kOk) return;
  rep_ = std::make_unique<Rep>();
  rep_->code = code;
  rep_->mysql_errno = mysql_errno;
  std::memset(rep_->sqlstate, '0', sizeof(rep_->sqlstate));
  std::memcpy(rep_->sqlstate, sqlstate.data(), std::min<size_t>(sqlstate.size(), 5));
  rep_->sqlstate[5] = '\0';
  rep_->message = std::move(message);
}

Status& Status::operator=(const Status& other) {
  if (this != &other) rep_ = other.rep_ ? std::make_unique<Rep>(*other.rep_) : nullptr;
  return *this;
}

Status Status::Mysql(uint16_t mysql_errno, std::string_view sqlstate, std::string message) {
  return Status(StatusCode::kMysql, mysql_errno, sqlstate, std::move(message));
}

Status Status::WithPrefix(std::string_view where) && {
  if (rep_) rep_->message = fmt::format("{}: {}", where, rep_->message);
  return std::move(*this);
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  return fmt::format("{} ({}, {}): {}", StatusCodeName(code()), mysql_errno(), sqlstate(),
                     message());
}

Status InvalidArgument(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}
Status NotFound(std::string message) { return Status(StatusCode::kNotFound, std::move(message)); }
Status Unsupported(std::string message) {
  return Status(StatusCode::kUnsupported, std::move(message));
}
Status Unavailable(std::string message) {
  return Status(StatusCode::kUnavailable, std::move(message));
}
Status InternalError(std::string message) {
  return Status(StatusCode::kInternal, std::move(message));
}
Status Malformed(std::string message) { return Status(StatusCode::kMalformed, std::move(message)); }

}  // namespace keyspan
