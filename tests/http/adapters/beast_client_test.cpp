#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <gtest/gtest.h>

#include <vitals/http/beast_client.hpp>
#include <vitals/vitals.hpp>

#include "http/adapters/answering_server.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

struct BeastClientTest : ::testing::Test {
  // A connection, and what goes over it.
  struct Exchange {
    Exchange(asio::io_context& context, int port, const char* path, http::verb verb = http::verb::get)
        : stream{context}, message{verb, path, 11} {
      message.set(http::field::host, "API.example.com:" + std::to_string(port));
      message.prepare_payload();
      stream.connect(asio::ip::tcp::endpoint{asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(port)});
    }
    beast::tcp_stream stream;
    http::request<http::string_body> message;
    beast::flat_buffer buffer;
    http::response<http::string_body> answer;
  };

  double count(const std::string& status, const std::string& method = "GET",
               const std::string& host = "api.example.com", const std::string& endpoint = "/{id}") {
    return sample(to_text(registry), "http_client_request_duration_seconds_count{method=\"" + method + "\",host=\"" +
                                         host + "\",endpoint=\"" + endpoint + "\",status=\"" + status + "\"}");
  }
  double active() { return sample(to_text(registry), "http_client_requests_active"); }

  Registry registry;
  HttpClientMetrics calls{registry, {.hosts = {"api.example.com"}, .routes = {"/{id}"}}};
  AnsweringServer server;
  std::optional<asio::io_context> context{std::in_place};
  std::optional<beast::error_code> result;
};

TEST_F(BeastClientTest, CountsByTheMessage) {
  Exchange exchanged{*context, server.port(), "/404?a=b", http::verb::post};
  beast::error_code error;
  exchange(start(calls, exchanged.message), exchanged.stream, exchanged.message, exchanged.buffer, exchanged.answer,
           error);

  EXPECT_FALSE(error);
  EXPECT_EQ(exchanged.answer.body(), "POST");
  EXPECT_EQ(count("404", "POST"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(BeastClientTest, WithoutAHostItIsOther) {
  Exchange exchanged{*context, server.port(), "/200"};
  exchanged.message.erase(http::field::host);
  beast::error_code error;
  exchange(start(calls, exchanged.message), exchanged.stream, exchanged.message, exchanged.buffer, exchanged.answer,
           error);

  EXPECT_EQ(count(std::to_string(exchanged.answer.result_int()), "GET", "_OTHER"), 1);
}

TEST_F(BeastClientTest, ItIsRecordedBeforeItCompletes) {
  Exchange exchanged{*context, server.port(), "/200"};
  std::optional<double> counted;
  async_exchange(start(calls, exchanged.message), exchanged.stream, exchanged.message, exchanged.buffer,
                 exchanged.answer, [&](beast::error_code error) {
                   EXPECT_FALSE(error);
                   counted = count("200");
                 });
  EXPECT_EQ(active(), 1);
  context->run();

  EXPECT_EQ(counted, 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(BeastClientTest, WhatIsCancelledFailed) {
  Exchange exchanged{*context, server.port(), "/wait"};
  async_exchange(start(calls, exchanged.message), exchanged.stream, exchanged.message, exchanged.buffer,
                 exchanged.answer, [this](beast::error_code error) { result = error; });
  while (!result) {  // while it writes, or reads
    context->poll();
    exchanged.stream.cancel();
    context->restart();
  }

  EXPECT_EQ(result, beast::error_code{asio::error::operation_aborted});
  EXPECT_EQ(count("_failed", "GET", "api.example.com"), 1);
}

TEST_F(BeastClientTest, WhatItsContextTakesAlongFailed) {
  auto exchanged = std::make_shared<Exchange>(*context, server.port(), "/wait");
  Exchange& of = *exchanged;
  async_exchange(start(calls, of.message), of.stream, of.message, of.buffer, of.answer,
                 [this, exchanged = std::move(exchanged)](beast::error_code error) { result = error; });
  context->poll();
  EXPECT_EQ(active(), 1);
  context.reset();  // destroys the handler, uncalled

  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(count("_failed"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(BeastClientTest, WhatCantConnectFailed) {
  http::request<http::empty_body> message{http::verb::get, "/200", 11};
  message.set(http::field::host, "api.example.com");
  const auto run = [&] {
    HttpClientRequest request = start(calls, message);
    beast::tcp_stream stream{*context};
    stream.connect(asio::ip::tcp::endpoint{asio::ip::make_address("127.0.0.1"), 1});
    request.finish(200);
  };
  EXPECT_THROW(run(), beast::system_error);

  EXPECT_EQ(count("_failed"), 1);
}

}  // namespace
}  // namespace vitals::testing
