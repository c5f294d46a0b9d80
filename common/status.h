#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace keyspan {

// What kind of failure a Status reports. The code drives decisions inside Keyspan (retry, close the
// connection, roll back); the MySQL errno and SQLSTATE are what a client gets to see.
enum class StatusCode : uint8_t {
  kOk = 0,
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kUnsupported,         // the construct is not implemented; MySQL error 1235
  kFailedPrecondition,  // the receiver is not what the request believes (role, term, shard)
  kAborted,             // the transaction was rolled back
  kUnavailable,         // the other side is not reachable now; nothing was done
  kUnknownOutcome,      // the other side went away after it may have acted
  kDeadlineExceeded,
  kCancelled,
  kResourceExhausted,
  kPermissionDenied,
  kMalformed,  // bytes that break a protocol
  kMysql,      // an error that a MySQL server answered, passed through unchanged
  kInternal,
};

std::string_view StatusCodeName(StatusCode code);

// The result of an operation that can fail. It is the size of a pointer, and null when OK, so that
// returning success costs nothing. Nothing is thrown across a folder's API.
//
// Thread-safety: a Status is a value; two threads may use two copies.
class [[nodiscard]] Status {
 public:
  Status() = default;  // OK
  Status(StatusCode code, std::string message);
  Status(StatusCode code, uint16_t mysql_errno, std::string_view sqlstate, std::string message);

  Status(const Status& other) { *this = other; }
  Status& operator=(const Status& other);
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;

  static Status Ok() { return Status(); }
  // An error of a MySQL server, number and SQLSTATE as the server gave them. `sqlstate` has five
  // characters.
  static Status Mysql(uint16_t mysql_errno, std::string_view sqlstate, std::string message);

  bool ok() const { return rep_ == nullptr; }
  explicit operator bool() const { return ok(); }
  StatusCode code() const { return rep_ ? rep_->code : StatusCode::kOk; }
  // 0 when OK. Where no number was given, the one that fits the code (1105 at worst).
  uint16_t mysql_errno() const { return rep_ ? rep_->mysql_errno : 0; }
  // Five characters; "00000" when OK.
  std::string_view sqlstate() const { return rep_ ? std::string_view(rep_->sqlstate, 5) : "00000"; }
  std::string_view message() const { return rep_ ? std::string_view(rep_->message) : ""; }

  // Puts "where: " before the message; OK stays OK.
  Status WithPrefix(std::string_view where) &&;
  // For logs: CODE (errno, sqlstate): message.
  std::string ToString() const;

 private:
  struct Rep {
    StatusCode code;
    uint16_t mysql_errno;
    char sqlstate[6];
    std::string message;
  };
  std::unique_ptr<Rep> rep_;
};

// Shorthands for the common codes; the MySQL number follows from the code.
Status InvalidArgument(std::string message);
Status NotFound(std::string message);
Status Unsupported(std::string message);  // 1235, 42000
Status Unavailable(std::string message);
Status InternalError(std::string message);
Status Malformed(std::string message);  // 1835, 08S01

// A value or the Status that says why there is none. Default-constructible, because the promise of
// a coroutine needs it; a default Result holds an internal error.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result() : state_(InternalError("empty result")) {}
  Result(T value) : state_(std::in_place_index<1>, std::move(value)) {}         // NOLINT: implicit
  Result(Status status) : state_(std::in_place_index<0>, std::move(status)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 1; }
  explicit operator bool() const { return ok(); }
  Status status() const& { return ok() ? Status() : std::get<0>(state_); }
  Status status() && { return ok() ? Status() : std::move(std::get<0>(state_)); }

  // Requires ok().
  T& value() & { return std::get<1>(state_); }
  const T& value() const& { return std::get<1>(state_); }
  T&& value() && { return std::get<1>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<Status, T> state_;
};

// The only four macros that hide a return. `lhs` may be a declaration.
#define KEYSPAN_CONCAT_INNER(a, b) a##b
#define KEYSPAN_CONCAT(a, b) KEYSPAN_CONCAT_INNER(a, b)
#define RETURN_IF_ERROR(expr)                                \
  do {                                                       \
    if (::keyspan::Status status_ = (expr); !status_.ok()) { \
      return status_;                                        \
    }                                                        \
  } while (false)
#define CO_RETURN_IF_ERROR(expr)                             \
  do {                                                       \
    if (::keyspan::Status status_ = (expr); !status_.ok()) { \
      co_return status_;                                     \
    }                                                        \
  } while (false)
#define ASSIGN_OR_RETURN(lhs, expr)                               \
  auto KEYSPAN_CONCAT(result_, __LINE__) = (expr);                \
  if (!KEYSPAN_CONCAT(result_, __LINE__).ok()) {                  \
    return std::move(KEYSPAN_CONCAT(result_, __LINE__)).status(); \
  }                                                               \
  lhs = std::move(KEYSPAN_CONCAT(result_, __LINE__)).value()
#define CO_ASSIGN_OR_RETURN(lhs, expr)                               \
  auto KEYSPAN_CONCAT(result_, __LINE__) = (expr);                   \
  if (!KEYSPAN_CONCAT(result_, __LINE__).ok()) {                     \
    co_return std::move(KEYSPAN_CONCAT(result_, __LINE__)).status(); \
  }                                                                  \
  lhs = std::move(KEYSPAN_CONCAT(result_, __LINE__)).value()

}  // namespace keyspan
