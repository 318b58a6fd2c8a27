#include "tool/top/top.hpp"

#include <algorithm>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/core.h>
#include <langinfo.h>
#include <unistd.h>

#include "tool/check/checked.hpp"
#include "tool/check/level_targets.hpp"
#include "tool/check/yaml_reader.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/report_files.hpp"
#include "tool/text/units.hpp"
#include "tool/top/plain.hpp"
#include "tool/top/poller.hpp"
#include "tool/top/screen.hpp"
#include "tool/top/service.hpp"
#include "tool/top/terminal.hpp"

namespace vitals::tool {
namespace {

using Clock = Service::Clock;

constexpr double kShortestInterval = 0.1;
constexpr double kMostScrapes = 1000;      // in a window: all of them are kept
constexpr std::size_t kRowsOfUpdate = 10;  // of each table, where update follows update

Clock::duration duration_of(double seconds) {
  return std::chrono::ceil<Clock::duration>(std::chrono::duration<double>(seconds));
}

struct Times {
  Clock::duration interval, window;
};

Times times_of(const TopArguments& arguments) {
  const double interval = seconds_option("--interval", arguments.interval);
  const double window = seconds_option("--window", arguments.window);
  if (interval < kShortestInterval)
    throw std::invalid_argument(fmt::format("--interval {}: it must be 100ms at least", arguments.interval));
  if (window < interval)
    throw std::invalid_argument(fmt::format("--window {} is shorter than --interval {}; make it as long at least",
                                            arguments.window, arguments.interval));
  if (window / interval > kMostScrapes)
    throw std::invalid_argument(
        fmt::format("--window {}: more than {} scrapes lie in it; make it shorter, or "
                    "--interval longer",
                    arguments.window, kMostScrapes));
  return {duration_of(interval), duration_of(window)};
}

Promises promises_of(const CheckArguments& arguments) {
  Promises promises{load_targets(arguments)};
  promises.are_built_in = arguments.config.empty();
  if (arguments.config.empty()) return promises;
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  const auto text = read_file(arguments.config, kLimit);
  if (!is_map_with(text, "targets")) promises.levels = ServiceLevels::parse(text, arguments.config);
  return promises;
}

// What the locale is called says it too where it isn't installed here, as over ssh.
Charset charset() {
  const auto is_utf8 = [](std::string_view name) {
    return name.ends_with("UTF-8") || name.ends_with("utf8") || name.ends_with("UTF8") || name.ends_with("utf-8");
  };
  if (std::setlocale(LC_CTYPE, "") != nullptr) return is_utf8(::nl_langinfo(CODESET)) ? Charset::Utf8 : Charset::Ascii;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || !*value) continue;
    return is_utf8(value) && std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr ? Charset::Utf8 : Charset::Ascii;
  }
  return Charset::Ascii;
}

void print_now(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("can't write to the standard output");
}

// Update after update.
CommandResult append(const TopArguments& arguments, Service& service, const Times& times) {
  const auto rows = arguments.once ? std::size_t{1} << 30 : kRowsOfUpdate;
  const auto count = arguments.once ? 1 : arguments.count;
  std::string_view blank;
  bool is_first = true;
  bool is_answer = true;
  std::size_t printed = 0;
  for (auto due = Clock::now(); count == 0 || printed < count; due = std::max(due + times.interval, Clock::now())) {
    std::this_thread::sleep_until(due);
    is_answer = poll(arguments.service, service);
    if (!is_answer && arguments.once) throw FetchError(service.model().failure);
    // The first scrape begins the first window, which the next one ends.
    if (is_answer && std::exchange(is_first, false)) continue;
    print_now(fmt::format("{}{}", blank,
                          plain_text(service.model(), rows, charset(), wants_colour(arguments.service.no_color))));
    blank = "\n";
    ++printed;
  }
  return {{}, is_answer ? 0 : 3};
}

}  // namespace

CommandResult top(const TopArguments& arguments) {
  const auto times = times_of(arguments);
  if (arguments.service.url.empty()) throw std::invalid_argument("give --url; see vitals top --help");
  ::tzset();
  const auto text_charset = charset();
  auto service = std::make_unique<Service>(promises_of(arguments.service), without_credentials(arguments.service.url),
                                           times.window);
  credentials_of(arguments.service.credentials);  // what is wrong with them is told before there is a screen
  if (arguments.once || !has_screen()) return append(arguments, *service, times);
  const int status = show_screen(arguments, std::move(service), times.interval,
                                 {text_charset, wants_colour(arguments.service.no_color)});
  return {{}, status};
}

}  // namespace vitals::tool
