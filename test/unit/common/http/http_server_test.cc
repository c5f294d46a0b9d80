#include "common/http/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>

namespace keyspan {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Tcp = boost::asio::ip::tcp;

class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() : server_(context_.get_executor()) {
    server_.Handle("/echo", [](const HttpRequest& request) {
      return HttpResponse{.body = request.method + " " + request.path + " " + request.query};
    });
    server_.Handle("/down", [](const HttpRequest&) {
      return HttpResponse{.status = 503, .body = "no mysqld\n"};
    });
    const Status status = server_.Listen("127.0.0.1", 0);
    EXPECT_TRUE(status.ok()) << status.ToString();
    thread_ = std::thread([this] { context_.run(); });
  }
  ~HttpServerTest() override {
    boost::asio::post(context_, [this] { server_.Stop(); });
    thread_.join();
  }

  std::string Ask(const std::string& request) {
    boost::asio::io_context context;
    Tcp::socket socket(context);
    socket.connect(Tcp::endpoint(boost::asio::ip::address_v4::loopback(), server_.port()));
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return answer;
  }

  boost::asio::io_context context_{1};
  HttpServer server_;
  std::thread thread_;
};

TEST_F(HttpServerTest, AnswersKnownPaths) {
  const std::string answer = Ask("GET /echo?a=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\nGET /echo a=1"));
  EXPECT_THAT(Ask("GET /down HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Ask("GET /other HTTP/1.1\r\n\r\n"), HasSubstr("/echo"));
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_EQ(Ask("GET /" + std::string(20'000, 'x')), "");  // cut, without an answer
}

TEST_F(HttpServerTest, ATakenPortIsAnError) {
  HttpServer other(context_.get_executor());
  EXPECT_EQ(other.Listen("127.0.0.1", server_.port()).code(), StatusCode::kUnavailable);
}

TEST(AppendMetricTest, WritesThePrometheusFormat) {
  std::string out;
  AppendMetric(out, "keyspan_queries_total", "counter", "pool=\"query\"", 3);
  AppendMetric(out, "up", "", "", 1);
  EXPECT_EQ(
      out, "# TYPE keyspan_queries_total counter\nkeyspan_queries_total{pool=\"query\"} 3\nup 1\n");
}

}  // namespace
}  // namespace keyspan
