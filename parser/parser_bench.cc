// What parsing and digests cost. The statements are typical of sysbench, TPC-C and TPC-H.

#include <benchmark/benchmark.h>

#include <string>

#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"

namespace keyspan::parser {
namespace {

constexpr std::string_view kStatements[] = {
    // 60 bytes.
    "SELECT c, pad, k FROM sbtest1 WHERE id = 50234 AND k > 10018",
    "SELECT SUM(k) FROM sbtest1 WHERE id BETWEEN 49912 AND 50011",
    "INSERT INTO sbtest1 (id, k, c, pad) VALUES (5013, 4985, "
    "'68487932199-96439406143-93774651418-41631865787', '34551750492-67990399350-81179284955')",
    "SELECT i_price, i_name, i_data FROM item WHERE i_id = 1234",
    "SELECT c_discount, c_last, c_credit, w_tax FROM customer, warehouse WHERE w_id = 5 AND c_w_id "
    "= w_id AND c_d_id = 3 AND c_id = 1029",
    "SELECT l_returnflag, l_linestatus, SUM(l_quantity) AS sum_qty, SUM(l_extendedprice * (1 - "
    "l_discount)) AS sum_disc_price, AVG(l_quantity) AS avg_qty, COUNT(*) AS count_order FROM "
    "lineitem WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL 90 DAY GROUP BY l_returnflag, "
    "l_linestatus ORDER BY l_returnflag, l_linestatus",
};

void BM_Digest(benchmark::State& state) {
  const std::string_view sql = kStatements[state.range(0)];
  Digester digester;
  for (auto _ : state) {
    benchmark::DoNotOptimize(digester.Compute(sql).digest);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * sql.size()));
}
BENCHMARK(BM_Digest)->DenseRange(0, 5);

void BM_Parse(benchmark::State& state) {
  const std::string_view sql = kStatements[state.range(0)];
  for (auto _ : state) {
    Result<ParsedStatement> parsed = Parse(sql);
    benchmark::DoNotOptimize(parsed);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * sql.size()));
}
BENCHMARK(BM_Parse)->DenseRange(0, 5);

void BM_Print(benchmark::State& state) {
  Result<ParsedStatement> parsed = Parse(kStatements[state.range(0)]);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Print(parsed->root()));
  }
}
BENCHMARK(BM_Print)->DenseRange(0, 5);

std::string BigInsert() {
  std::string sql = "INSERT INTO t (a, b, c) VALUES (1,'x',2.5)";
  while (sql.size() < (16u << 20)) {
    sql += ",(12345,'abcdefghijklmnopqrstuvwxyzabcdefghijkl',1.25)";
  }
  return sql;
}

void BM_DigestBigInsert(benchmark::State& state) {
  const std::string sql = BigInsert();
  Digester digester;
  for (auto _ : state) {
    benchmark::DoNotOptimize(digester.Compute(sql).digest);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * sql.size()));
}
BENCHMARK(BM_DigestBigInsert)->Unit(benchmark::kMillisecond);

void BM_ParseBigInsert(benchmark::State& state) {
  const std::string sql = BigInsert();
  for (auto _ : state) {
    Result<ParsedStatement> parsed = Parse(sql);
    benchmark::DoNotOptimize(parsed);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * sql.size()));
}
BENCHMARK(BM_ParseBigInsert)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace keyspan::parser

BENCHMARK_MAIN();
