// Hours of a service, for same_ratio_test.py:  served_levels LEVELS
// Prints as JSON what scrapes 15 s apart saw of each series, and the status that the service has of itself five minutes
// before the last one, and then.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <vitals/http.hpp>
#include <vitals/level_status.hpp>
#include <vitals/levels.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace std::chrono_literals;

constexpr int kPerMinute = 4;
constexpr int kScrapes = 4 * 60 * kPerMinute;  // of four hours

// Rates over five minutes blur the ends of a window, and samples of the status are a minute apart: with no request
// around these ends all windows hold the same requests.
bool is_quiet(int scrapes_left) {
  struct Minutes {
    int from, to;
  };
  constexpr std::array kQuiet{Minutes{0, 5},   Minutes{10, 12},   Minutes{30, 37},
                              Minutes{60, 67}, Minutes{120, 127}, Minutes{180, 187}};
  return std::ranges::any_of(kQuiet, [&](const Minutes& quiet) {
    return scrapes_left >= quiet.from * kPerMinute && scrapes_left <= quiet.to * kPerMinute;
  });
}

// Samples as lines of the text have them: `name{labels}`, and a value at each scrape.
class Scrapes {
 public:
  void add(const std::string& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line[0] == '#') continue;
      const auto blank = line.rfind(' ');
      auto& values = values_[line.substr(0, blank)];
      values.resize(count_, "_");  // as promtool writes a sample that is not there
      values.push_back(line.substr(blank + 1));
    }
    ++count_;
  }
  [[nodiscard]] const auto& values() const { return values_; }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::size_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto levels = vitals::ServiceLevels::load(argv[1]);
  vitals::testing::FakeClock clock;
  vitals::Registry registry{{.clock = &clock}};
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}", "GET|POST /b", "/c"}, .levels = &levels}};
  vitals::LevelStatus status{registry, levels};

  // Durations on both sides of each target, and on them; every 40 minutes an outage of 10.
  constexpr std::array kTimes{2ms, 50ms, 51ms, 99ms, 150ms, 151ms, 400ms, 3000ms};
  constexpr std::array kStatuses{200, 200, 200, 404, 429, 500, 503, 101};
  constexpr std::array kPaths{"/a/1", "/b", "/c", "/nowhere"};
  std::mt19937 random(7);
  Scrapes scrapes;
  std::string early;
  for (int scrape = 0; scrape < kScrapes; ++scrape) {
    if (scrape > 0) {  // what came before the first scrape Prometheus doesn't see grow
      clock.advance(15s);
      const bool is_outage = scrape % 160 >= 120;
      for (auto requests = is_quiet(kScrapes - 1 - scrape) ? 0 : random() % 60; requests > 0; --requests) {
        const auto time = kTimes[random() % (is_outage || random() % 20 == 0 ? kTimes.size() : 2)];
        const auto code = kStatuses[random() % (is_outage || random() % 20 == 0 ? kStatuses.size() : 3)];
        http.start(random() % 3 == 0 ? "POST" : "GET", kPaths[random() % kPaths.size()]).finish(code, time);
      }
    }
    scrapes.add(vitals::to_text(registry));
    if (scrape == kScrapes - 1 - 5 * kPerMinute) early = status.to_json();
  }
  const nlohmann::json result{{"series", scrapes.values()},
                              {"five minutes before", nlohmann::json::parse(early)},
                              {"last", nlohmann::json::parse(status.to_json())}};
  std::cout << result.dump() << '\n';
}
