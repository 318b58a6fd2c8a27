// Calls each URL by Boost.Beast, one after the other, and shows what was counted: client_beast [sync] URL…
// Asynchronous calls have a time limit, synchronous ones can't have one in Beast.
#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <vitals/http/beast_client.hpp>
#include <vitals/vitals.hpp>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

// A GET of "http://host:port/path".
struct Call {
  explicit Call(std::string_view url) {
    url.remove_prefix(url.find("://") + 3);
    const auto path = url.find('/');
    const auto colon = url.find(':');
    host = url.substr(0, colon);
    port = url.substr(colon + 1, path - colon - 1);
    const auto target = url.substr(path);
    message = {http::verb::get, {target.data(), target.size()}, 11};
    message.set(http::field::host, host + ':' + port);
  }

  std::string host, port;
  http::request<http::empty_body> message;
  beast::flat_buffer buffer;
  http::response<http::string_body> answer;
};

void run(vitals::HttpClientMetrics& calls, asio::io_context& context, Call& call) {
  // [example]
  vitals::HttpClientRequest request = vitals::start(calls, call.message);
  asio::ip::tcp::resolver resolver{context};
  beast::tcp_stream stream{context};
  stream.expires_after(std::chrono::seconds{5});
  stream.async_connect(resolver.resolve(call.host, call.port), asio::use_future).get();
  vitals::async_exchange(std::move(request), stream, call.message, call.buffer, call.answer, asio::use_future).get();
  // [example]
}

void run_synchronously(vitals::HttpClientMetrics& calls, asio::io_context& context, Call& call) {
  vitals::HttpClientRequest request = vitals::start(calls, call.message);
  asio::ip::tcp::resolver resolver{context};
  beast::tcp_stream stream{context};
  stream.connect(resolver.resolve(call.host, call.port));
  beast::error_code error;
  // [example]
  vitals::exchange(std::move(request), stream, call.message, call.buffer, call.answer, error);
  // [example]
  if (error) throw beast::system_error{error};
}

void run_all(vitals::HttpClientMetrics& calls, bool is_synchronous, char** urls) {
  asio::io_context context;
  const auto work = asio::make_work_guard(context);
  std::thread worker{[&context] { context.run(); }};
  for (; *urls != nullptr; ++urls) {
    try {
      Call call{*urls};
      is_synchronous ? run_synchronously(calls, context, call) : run(calls, context, call);
      std::cout << *urls << ' ' << call.answer.result_int() << '\n';
    } catch (const beast::system_error& error) {
      std::cout << *urls << " failed: " << error.code().message() << '\n';
    }
  }
  context.stop();
  worker.join();
}

}  // namespace

int main(int, char** argv) {
  vitals::Registry registry;
  vitals::HttpClientMetrics calls{registry, {.hosts = {"127.0.0.1"}, .routes = {"/users/{id}", "/old/{id}"}}};
  ++argv;
  const bool is_synchronous = *argv != nullptr && std::string_view{*argv} == "sync";
  run_all(calls, is_synchronous, argv + (is_synchronous ? 1 : 0));
  std::cout << vitals::to_text(registry);  // when nothing is left that could still be counted
}
