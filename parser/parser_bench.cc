// What parsing and digests cost: build/release/bin/parser_bench. Of the sets of statements the time
// is that of one statement on average.

#include <benchmark/benchmark.h>

#include <span>
#include <string>

#include "parser/bench_statements.h"
#include "parser/count_allocations.h"
#include "parser/digest.h"
#include "parser/parse.h"
#include "parser/printer.h"

namespace keyspan::parser {
namespace {

using Statements = std::span<const std::string_view>;

// Runs `work` over the statements, one per iteration, and counts bytes and allocations.
template <typename Work>
void Measure(benchmark::State& state, Statements statements, const Work& work) {
  for (const std::string_view sql : statements) {
    work(sql);
  }
  size_t next = 0;
  size_t bytes = 0;
  const uint64_t before = allocations;
  for (auto _ : state) {
    work(statements[next]);
    bytes += statements[next].size();
    next = next + 1 == statements.size() ? 0 : next + 1;
  }
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                     benchmark::Counter::kAvgIterations);
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}

void BM_Digest(benchmark::State& state, Statements statements) {
  Digester digester;
  Measure(state, statements,
          [&](std::string_view sql) { benchmark::DoNotOptimize(digester.Compute(sql).digest); });
}

void BM_Parse(benchmark::State& state, Statements statements) {
  Measure(state, statements, [](std::string_view sql) {
    Result<ParsedStatement> parsed = Parse(sql);
    if (!parsed.ok()) {
      std::abort();
    }
    benchmark::DoNotOptimize(parsed);
  });
}

void BM_ParseAndPrint(benchmark::State& state, Statements statements) {
  Measure(state, statements, [](std::string_view sql) {
    Result<ParsedStatement> parsed = Parse(sql);
    benchmark::DoNotOptimize(Print(parsed->root()));
  });
}

constexpr std::string_view kPointSelects[] = {kPointSelect};

#define KEYSPAN_BENCH(work)                               \
  BENCHMARK_CAPTURE(work, point_select, kPointSelects);   \
  BENCHMARK_CAPTURE(work, sysbench, kSysbenchStatements); \
  BENCHMARK_CAPTURE(work, tpcc, kTpccStatements);         \
  BENCHMARK_CAPTURE(work, tpch, kTpchStatements)

KEYSPAN_BENCH(BM_Digest);
KEYSPAN_BENCH(BM_Parse);
KEYSPAN_BENCH(BM_ParseAndPrint);

// 16 MB of rows.
std::string BigInsert() {
  std::string sql = "INSERT INTO t (a, b, c) VALUES (1,'x',2.5)";
  while (sql.size() < (16u << 20)) {
    sql += ",(12345,'abcdefghijklmnopqrstuvwxyzabcdefghijkl',1.25)";
  }
  return sql;
}

void BM_DigestBigInsert(benchmark::State& state) {
  const std::string sql = BigInsert();
  const std::string_view statements[] = {sql};
  BM_Digest(state, statements);
}
BENCHMARK(BM_DigestBigInsert)->Unit(benchmark::kMillisecond);

void BM_ParseBigInsert(benchmark::State& state) {
  const std::string sql = BigInsert();
  const std::string_view statements[] = {sql};
  BM_Parse(state, statements);
}
BENCHMARK(BM_ParseBigInsert)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace keyspan::parser

BENCHMARK_MAIN();
