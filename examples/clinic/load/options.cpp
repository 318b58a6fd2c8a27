#include "options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

namespace clinic_load {
namespace {

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

}  // namespace

std::optional<int> parse_command_line(int argc, char** argv, Options& options) {
  CLI::App app{
      "Sends the requests of the clinic's users and reports the latency of each route, counted from when a request "
      "was\n"
      "due. Exits 0 when every request succeeded, 1 when one failed, 2 when it could not start, 130 when interrupted."};
  declare(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

}  // namespace clinic_load
