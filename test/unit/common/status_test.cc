#include "common/status.h"

#include <gtest/gtest.h>

namespace keyspan {
namespace {

TEST(Status, OkIsAPointerWideAndSaysSo) {
  EXPECT_EQ(sizeof(Status), sizeof(void*));
  Status ok;
  EXPECT_TRUE(ok.ok());
  EXPECT_EQ(ok.mysql_errno(), 0);
  EXPECT_EQ(ok.sqlstate(), "00000");
}

TEST(Status, UnsupportedIs1235) {
  Status status = Unsupported("LATERAL");
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_EQ(status.mysql_errno(), 1235);
  EXPECT_EQ(status.sqlstate(), "42000");
}

TEST(Status, MysqlErrorsPassThroughAndKeepTheirNumberUnderAPrefix) {
  Status status = Status::Mysql(1062, "23000", "Duplicate entry '1' for key 't.PRIMARY'");
  EXPECT_EQ(status.mysql_errno(), 1062);
  Status prefixed = std::move(status).WithPrefix("customer/-80");
  EXPECT_EQ(prefixed.sqlstate(), "23000");
  EXPECT_EQ(prefixed.message(), "customer/-80: Duplicate entry '1' for key 't.PRIMARY'");
}

Result<int> Half(int x) {
  if (x % 2 != 0) return InvalidArgument("odd");
  return x / 2;
}
Result<int> Quarter(int x) {
  ASSIGN_OR_RETURN(int half, Half(x));
  ASSIGN_OR_RETURN(int quarter, Half(half));
  return quarter;
}

TEST(Result, MacrosPropagateTheFirstError) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).status().message(), "odd");
  EXPECT_FALSE(Result<int>().ok());
}

}  // namespace
}  // namespace keyspan
