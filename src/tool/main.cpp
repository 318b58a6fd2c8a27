#include <cstdio>
#include <exception>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "tool/command.hpp"

namespace {

// A wrong command line must not look like a verdict: 1 and 2 are verdicts of the commands.
constexpr int kUsage = 3;

int run(int argc, char** argv) {
  CLI::App vitals{"Judges the metrics of a running service: its response times, and the metrics themselves.", "vitals"};
  vitals.set_version_flag("--version", "vitals " VITALS_VERSION);
  vitals.require_subcommand(1);
  const std::vector<vitals::tool::Command> commands{vitals::tool::add_check(vitals), vitals::tool::add_lint(vitals)};
  try {
    vitals.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return vitals.exit(error) == 0 ? 0 : kUsage;
  }
  for (const auto& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  return kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitals: %s\n", error.what());
    return kUsage;
  }
}
