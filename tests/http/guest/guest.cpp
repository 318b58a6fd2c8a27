// A program with a Boost of its own, compiled with switches that change what Boost's types are: the CMakeLists.txt
// beside it builds it with several. Its Boost and the one inside vitals::http must not meet: it scrapes its own
// endpoint by Asio and reads the answer by Beast, with a timer beside it.
#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <utility>  // Asio 1.74 needs it, and leaves it out

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#ifdef BOOST_ASIO_SEPARATE_COMPILATION
#include <boost/asio/impl/src.hpp>
#endif

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

http::response<http::string_body> get(asio::io_context& io, std::uint16_t port, const std::string& target) {
  asio::ip::tcp::socket socket{io};
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  http::request<http::empty_body> request{http::verb::get, target, 11};
  request.set(http::field::host, "guest");
  request.keep_alive(false);
  http::write(socket, request);
  boost::beast::flat_buffer buffer;
  http::response<http::string_body> response;
  http::read(socket, buffer, response);
  return response;
}

bool scrapes() {
  asio::io_context io;
  vitals::Registry registry;
  vitals::Counter& ticks = registry.counter("guest_ticks_total", "Timers that ended.");
  vitals::Endpoint endpoint{registry, {.port = 0}};

  asio::steady_timer timer{io, std::chrono::milliseconds{1}};
  timer.async_wait([&](boost::system::error_code error) {
    if (!error) ticks.inc();
  });
  io.run();
  for (int scrape = 0; scrape < 20; ++scrape) {
    const auto response = get(io, endpoint.port(), "/metrics");
    if (response.result() != http::status::ok) return false;
    if (response.body().find("\nguest_ticks_total 1\n") == std::string::npos) return false;
  }
  return get(io, endpoint.port(), "/nothing").result() == http::status::not_found;
}

}  // namespace

int main() try {
  const bool good = scrapes();
  std::cout << (good ? "served and scraped\n" : "wrong answer\n");
  return good ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
