// A digester that has seen a longer statement allocates nothing: this binary counts operator new.

#include <gtest/gtest.h>

#include "parser/bench_statements.h"
#include "parser/count_allocations.h"
#include "parser/digest.h"

namespace keyspan::parser {
namespace {

// Of the second Compute of each statement, when everything has its size.
uint64_t WarmAllocations(Digester* digester, std::string_view sql) {
  digester->Compute(sql);
  const uint64_t before = allocations;
  digester->Compute(sql);
  return allocations - before;
}

TEST(Allocation, WarmDigestsAllocateNothing) {
  Digester digester;
  const uint64_t before = allocations;
  digester.Compute(kPointSelect);
  EXPECT_GT(allocations, before) << "a cold one does, or nothing is counted here";
  EXPECT_EQ(WarmAllocations(&digester, kPointSelect), 0u);
  for (const std::string_view sql : kSysbenchStatements) {
    EXPECT_EQ(WarmAllocations(&digester, sql), 0u) << sql;
  }
  for (const std::string_view sql : kTpccStatements) {
    EXPECT_EQ(WarmAllocations(&digester, sql), 0u) << sql;
  }
  for (const std::string_view sql : kTpchStatements) {
    EXPECT_EQ(WarmAllocations(&digester, sql), 0u) << sql;
  }
}

// Beyond what is hashed in one go, and with hints.
TEST(Allocation, WarmDigestsOfLongStatementsAllocateNothing) {
  std::string insert = "INSERT /*+ SET_VAR(a=1) */ INTO t VALUES (1,'abcdefgh',2.5)";
  for (int i = 0; i < 100000; ++i) {
    insert += ",(12345,'abcdefghijklmnop',1.25)";
  }
  Digester digester;
  EXPECT_EQ(WarmAllocations(&digester, insert), 0u);
}

}  // namespace
}  // namespace keyspan::parser
