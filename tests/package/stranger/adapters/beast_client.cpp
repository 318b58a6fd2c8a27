#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>

#include <vitals/http/beast_client.hpp>
#include <vitals/vitals.hpp>

namespace http = boost::beast::http;

int main() {
  vitals::Registry registry;
  vitals::HttpClientMetrics calls{registry, {.hosts = {"a.example"}}};
  boost::asio::io_context context;
  boost::asio::local::stream_protocol::socket server{context};
  boost::asio::local::stream_protocol::socket client{context};
  boost::asio::local::connect_pair(server, client);
  boost::asio::write(server, boost::asio::buffer(std::string{"HTTP/1.1 204 No Content\r\n\r\n"}));
  http::request<http::string_body> request{http::verb::get, "/a/1", 11};
  request.set(http::field::host, "a.example");
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> answer;
  boost::system::error_code error;
  vitals::exchange(vitals::start(calls, request), client, request, buffer, answer, error);
  return !error && vitals::to_text(registry).find("status=\"204\"") != std::string::npos ? 0 : 1;
}
