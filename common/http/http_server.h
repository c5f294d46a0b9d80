#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "common/async/awaitable.h"
#include "common/status.h"

namespace keyspan {

struct HttpRequest {
  std::string method;
  std::string path;   // without the query, not decoded
  std::string query;  // what follows "?"
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// A small HTTP/1.1 server for people and monitoring: GET only, one request per connection, bounded
// in size, time and number of connections. It is not for the data path. Lives on one io_context:
// create it, add handlers, Listen(), and Stop() it there (or before and after the io_context runs).
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  explicit HttpServer(Executor executor);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;

  // Handlers run on the io_context and must not block. Add them before Listen().
  void Handle(const std::string& path, Handler handler);
  // Port 0 takes a free one.
  Status Listen(const std::string& host, uint16_t port);
  uint16_t port() const { return port_; }
  void Stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
  uint16_t port_ = 0;
};

// For the Prometheus text format: "name{labels} value\n" with its TYPE line when `type` is given.
void AppendMetric(std::string& out, const std::string& name, const std::string& type,
                  const std::string& labels, double value);

}  // namespace keyspan
