// clinic_load: the load of the clinic's users, at a rate that doesn't depend on how fast the clinic answers.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "generator.hpp"
#include "report.hpp"

namespace clinic_load {
namespace {

namespace asio = boost::asio;
using std::chrono::duration;
using std::chrono::duration_cast;

struct Options {
  std::string url = "http://127.0.0.1:8080";
  double rate = 500;
  double duration = 20;
  std::size_t connections = 64;
  double timeout = 10;
  std::uint64_t seed = 1;
  bool poisson = false;
  bool max = false;
  std::string json;

  [[nodiscard]] Pace pace() const { return max ? Pace::Max : poisson ? Pace::Poisson : Pace::Constant; }
};

void declare(CLI::App& app, Options& options) {
  app.add_option("--url", options.url, "The clinic's API: http://host:port")->capture_default_str();
  auto* rate = app.add_option("--rate", options.rate, "Requests per second")->capture_default_str();
  rate->check(CLI::Range(0.1, 1e6));
  app.add_option("--duration", options.duration, "Seconds")->capture_default_str()->check(CLI::Range(0.1, 1e6));
  app.add_option("--connections", options.connections, "Keep-alive connections")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  app.add_option("--timeout", options.timeout, "Seconds that a request may take")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("--seed", options.seed, "Of the series of requests: the same seed, the same requests")
      ->capture_default_str();
  auto* poisson =
      app.add_flag("--poisson", options.poisson, "Arrivals independent of each other instead of evenly spaced");
  app.add_flag("--max", options.max, "Closed loop: each connection sends as soon as it has its answer")
      ->excludes(rate)
      ->excludes(poisson);
  app.add_option("--json", options.json, "Also write the report to this file, as JSON");
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

// Gives the token, or nothing when the login failed: the reason is in the results then.
std::string login(asio::io_context& io, const Target& target, Results& results, Clock::duration timeout) {
  std::string token;
  Connection connection{io, target.endpoint, [&](Connection& self, const Outcome& outcome) {
                          results.record(kLogin, outcome, Clock::now() - self.due);
                          if (outcome.status != 200) return;
                          const auto answer = nlohmann::json::parse(outcome.body, nullptr, false);
                          if (answer.is_object()) token = answer.value("access_token", "");
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
  const auto timeout = duration_cast<Clock::duration>(duration<double>{options.timeout});
  const auto length = duration_cast<Clock::duration>(duration<double>{options.duration});
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
  CLI::App app{
      "Sends the requests of the clinic's users and reports the latency of each route, counted from when a request "
      "was\n"
      "due. Exits 0 when every request succeeded, 1 when one failed, 2 when it could not start, 130 when interrupted."};
  clinic_load::declare(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    return clinic_load::run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "clinic_load: {}\n", error.what());
    return 2;
  }
}
