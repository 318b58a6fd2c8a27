#include "tool/check/measure.hpp"

#include <chrono>
#include <utility>

#include <fmt/core.h>

#include "tool/check/pause.hpp"
#include "tool/input/exposition.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

using Clock = std::chrono::steady_clock;

Scrape scrape_url(const CheckArguments& arguments, const Names& wanted) {
  return parse_scrape(fetch_scrape(arguments), without_credentials(arguments.url), wanted);
}

}  // namespace

Names wanted_samples(const Targets& targets) {
  Names wanted;
  for (const auto& target : targets.targets) {
    for (auto& name : target.sample_names()) wanted.insert(std::move(name));
  }
  return wanted;
}

double wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Exposed fetch_scrape(const CheckArguments& arguments, const std::stop_token& stop) {
  const std::chrono::duration<double> limit(seconds_option("--timeout", arguments.timeout));
  return fetch_exposition(arguments.url, std::chrono::ceil<std::chrono::milliseconds>(limit),
                          credentials_of(arguments.credentials), stop);
}

Scrape parse_scrape(const Exposed& exposed, const std::string& source, const Names& wanted) {
  try {
    return Scrape::parse(exposed.body, wanted, exposed.format);
  } catch (const ExpositionError& error) {
    throw FetchError(fmt::format("{} is not {}: {}", source, format_name(exposed.format), error.what()));
  }
}

Scrape scrape_file(const std::string& path, const Names& wanted) {
  Exposed exposed{read_exposition_file(path)};
  exposed.format = detect_lint_format(exposed.body);
  return parse_scrape(exposed, path, wanted);
}

Measured measure_files(const CheckArguments& arguments, const Names& wanted) {
  Measured result;
  if (arguments.duration_given) result.seconds = seconds_option("--duration", arguments.duration);
  result.before = scrape_file(arguments.before, wanted);
  result.after = scrape_file(arguments.after, wanted);
  const auto first = result.before.newest();
  const auto second = result.after.newest();
  if (!result.seconds && first && second && *second > *first) result.seconds = *second - *first;
  result.now = wall_clock();
  return result;
}

Measured measure_nothing(const CheckArguments& arguments) {
  Measured result;
  if (!arguments.duration_given) return result;
  const std::chrono::duration<double> duration(seconds_option("--duration", arguments.duration));
  const auto begin = Clock::now();
  pause_until(begin, begin + std::chrono::ceil<Clock::duration>(duration));
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  return result;
}

Measured measure_url(const CheckArguments& arguments, const Names& wanted) {
  const std::chrono::duration<double> duration(seconds_option("--duration", arguments.duration));
  Measured result;
  exit_on_interrupt();
  const auto begin = Clock::now();
  const auto first = time_of([&] { result.before = scrape_url(arguments, wanted); });
  pause_until(begin, begin + std::chrono::ceil<Clock::duration>(duration));
  const auto second = time_of([&] { result.after = scrape_url(arguments, wanted); });
  result.seconds = std::chrono::duration<double>(second - first).count();
  result.now = wall_clock();
  return result;
}

}  // namespace vitals::tool
