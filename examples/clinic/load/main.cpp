// clinic_load: the load of the clinic's users, at a rate that doesn't depend on how fast the clinic answers.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/core.h>

#include "arrivals.hpp"
#include "connection.hpp"
#include "generator.hpp"
#include "options.hpp"
#include "report.hpp"
#include "results.hpp"
#include "scenario.hpp"

namespace clinic_load {
namespace {

namespace asio = boost::asio;

Clock::duration seconds_of(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
}

struct Target {
  std::string host_header;
  asio::ip::tcp::endpoint endpoint;
};

Target resolve(asio::io_context& io, const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  if (url.compare(0, kScheme.size(), kScheme) != 0) throw std::invalid_argument{"--url must begin with http://"};
  std::string authority = url.substr(kScheme.size());
  authority = authority.substr(0, authority.find('/'));
  const auto colon = authority.rfind(':');
  const std::string host = authority.substr(0, colon);
  const std::string port = colon == std::string::npos ? "80" : authority.substr(colon + 1);
  return {authority, *asio::ip::tcp::resolver{io}.resolve(host, port).begin()};
}

// The token in the clinic's answer to a login, {"access_token":"…","token_type":"bearer"}; empty if there is none.
std::string access_token(std::string_view answer) {
  constexpr std::string_view kField = R"("access_token":")";
  const auto field = answer.find(kField);
  if (field == answer.npos) return {};
  answer.remove_prefix(field + kField.size());
  return std::string{answer.substr(0, answer.find('"'))};
}

// Gives the token, or nothing when the login failed: the reason is in the results then.
std::string login(asio::io_context& io, const Target& target, Results& results, Clock::duration timeout) {
  std::string token;
  Connection connection{io, target.endpoint, [&](Connection& self, const Outcome& outcome) {
                          results.record(kLogin, outcome, Clock::now() - self.due);
                          if (outcome.status != 200) return;
                          token = access_token(outcome.body);
                        }};
  connection.request = login_request(target.host_header);
  connection.due = Clock::now();
  connection.send(connection.due + timeout);
  io.run_for(timeout);
  connection.check_deadline(Clock::now());
  io.restart();
  io.run();
  io.restart();
  return token;
}

int run(const Options& options) {
  asio::io_context io{1};
  const Target target = resolve(io, options.url);
  const auto timeout = seconds_of(options.timeout);
  const auto length = seconds_of(options.duration);
  Results results;
  const std::string token = login(io, target, results, timeout);
  if (token.empty()) {
    fmt::print(stderr, "clinic_load: no login at {}: {}\n", options.url,
               results.routes()[kLogin].outcomes.begin()->first);
    return 1;
  }

  const Clock::time_point start = Clock::now();
  Generator generator{io,
                      target.endpoint,
                      Scenario{target.host_header, token, options.seed},
                      Arrivals{options.pace(), options.rate, start, length, options.seed},
                      results,
                      {options.connections, timeout, start + length + timeout}};
  bool interrupted = false;
  asio::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    interrupted = true;
    generator.stop();
  });
  Progress progress{results, start};
  generator.start([&] { progress.update(); }, [&] { signals.cancel(); });
  io.run();
  progress.finish();

  const Clock::duration took = Clock::now() - start;
  fmt::print("{}", report_table(results, took));
  if (!options.json.empty()) std::ofstream{options.json} << report_json(results, took);
  if (interrupted) return 130;
  return results.all_succeeded() ? 0 : 1;
}

}  // namespace
}  // namespace clinic_load

int main(int argc, char** argv) {
  clinic_load::Options options;
  if (const auto status = clinic_load::parse_command_line(argc, argv, options)) return *status;
  try {
    return clinic_load::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "clinic_load: {}\n", error.what());
    return 2;
  }
}
