// The HTTP pages of Tablet.

#include <fmt/format.h>

#include "vttablet/server/tablet.h"

namespace keyspan::vttablet {

void Tablet::AddPages() {
  http_->Handle("/healthz", [this](const HttpRequest&) {
    const rpc::StreamHealth health = MakeHealth();
    if (health.serving()) return HttpResponse{.body = "ok\n"};
    return HttpResponse{.status = 503, .body = "not serving: " + health.reason() + "\n"};
  });
  http_->Handle("/metrics", [this](const HttpRequest&) {
    return HttpResponse{.content_type = "text/plain; version=0.0.4", .body = Metrics()};
  });
  http_->Handle("/debug/vars", [this](const HttpRequest&) {
    return HttpResponse{.content_type = "application/json", .body = Variables()};
  });
}

std::string Tablet::Metrics() const {
  struct Counter {
    const char* name;
    std::atomic<uint64_t> ThreadStats::*value;
  };
  constexpr Counter kCounters[] = {
      {"keyspan_tablet_statements_total", &ThreadStats::statements},
      {"keyspan_tablet_mysql_errors_total", &ThreadStats::mysql_errors},
      {"keyspan_tablet_errors_total", &ThreadStats::tablet_errors},
      {"keyspan_tablet_kills_total", &ThreadStats::kills},
      {"keyspan_tablet_transactions_total", &ThreadStats::transactions},
      {"keyspan_tablet_commits_total", &ThreadStats::commits},
      {"keyspan_tablet_rollbacks_total", &ThreadStats::rollbacks},
      {"keyspan_tablet_lost_transactions_total", &ThreadStats::lost_transactions},
      {"keyspan_tablet_result_bytes_total", &ThreadStats::result_bytes},
  };
  std::string out;
  for (const Counter& counter : kCounters) {
    uint64_t sum = 0;
    for (const auto& thread : threads_) sum += (thread->stats().*counter.value).load();
    AppendMetric(out, counter.name, "counter", "", static_cast<double>(sum));
  }
  const char* pools[] = {"query", "transaction"};
  for (int i = 0; i < 2; ++i) {
    int open = 0, in_use = 0;
    uint64_t waits = 0;
    for (const auto& thread : threads_) {
      open += thread->stats().pool_open[i].load();
      in_use += thread->stats().pool_in_use[i].load();
      waits += thread->stats().pool_waits[i].load();
    }
    const std::string label = fmt::format("pool=\"{}\"", pools[i]);
    const bool first = i == 0;
    AppendMetric(out, "keyspan_tablet_pool_open", first ? "gauge" : "", label, open);
    AppendMetric(out, "keyspan_tablet_pool_in_use", first ? "gauge" : "", label, in_use);
    AppendMetric(out, "keyspan_tablet_pool_waits_total", first ? "counter" : "", label,
                 static_cast<double>(waits));
  }
  int running = 0, transactions = 0;
  for (const auto& thread : threads_) {
    running += thread->stats().running.load();
    transactions += thread->stats().open_transactions.load();
  }
  AppendMetric(out, "keyspan_tablet_running_statements", "gauge", "", running);
  AppendMetric(out, "keyspan_tablet_open_transactions", "gauge", "", transactions);
  const rpc::StreamHealth health = MakeHealth();
  const std::string labels =
      fmt::format("keyspace=\"{}\",shard=\"{}\",type=\"{}\"", health.target().keyspace(),
                  health.target().shard(), rpc::TabletType_Name(health.target().tablet_type()));
  AppendMetric(out, "keyspan_tablet_serving", "gauge", labels, health.serving() ? 1 : 0);
  AppendMetric(out, "keyspan_tablet_replication_lag_seconds", "gauge", "",
               health.replication_lag_s());
  AppendMetric(out, "keyspan_tablet_primary_term", "gauge", "",
               static_cast<double>(health.target().primary_term()));
  return out;
}

namespace {

std::string JsonText(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string Tablet::Variables() const {
  const rpc::StreamHealth health = MakeHealth();
  return fmt::format(
      "{{\"alias\": {}, \"keyspace\": {}, \"shard\": {}, \"type\": {}, \"primary_term\": {}, "
      "\"serving\": {}, \"reason\": {}, \"replication_lag_s\": {}, \"schema_version\": {}, "
      "\"mysql_version\": {}}}\n",
      JsonText(alias_), JsonText(health.target().keyspace()), JsonText(health.target().shard()),
      JsonText(rpc::TabletType_Name(health.target().tablet_type())), health.target().primary_term(),
      health.serving(), JsonText(health.reason()), health.replication_lag_s(),
      health.schema_version(), JsonText(health.mysql_version()));
}

}  // namespace keyspan::vttablet
