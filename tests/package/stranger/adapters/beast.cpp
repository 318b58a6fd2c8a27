#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <vitals/http/beast.hpp>
#include <vitals/vitals.hpp>

namespace http = boost::beast::http;

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = {"/a/{id}"}}};
  boost::asio::io_context context;
  boost::asio::local::stream_protocol::socket server{context};
  boost::asio::local::stream_protocol::socket client{context};
  boost::asio::local::connect_pair(server, client);
  const http::request<http::string_body> request{http::verb::get, "/a/1", 11};
  http::response<http::string_body> response{http::status::ok, 11};
  response.prepare_payload();
  boost::system::error_code error;
  vitals::HttpRequest timed = vitals::start(metrics, request);
  vitals::write(server, response, std::move(timed), error);
  return !error && response.count("X-Response-Time") == 1 && vitals::scrape(registry, request).result_int() == 200 ? 0
                                                                                                                   : 1;
}
