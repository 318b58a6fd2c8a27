// Four days of a service, for prometheus_test.py:  level_status_program START EXPOSITION
// START is in seconds since the epoch. Writes what scrapes 15 s apart saw to the file EXPOSITION, as one OpenMetrics
// text with timestamps, and the status at the end to stdout.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include <vitals/level_status.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

int main(int argc, char** argv) {
  using namespace std::chrono_literals;
  if (argc != 3) return 2;
  const std::int64_t start = std::atoll(argv[1]);
  vitals::testing::FakeClock clock{start * 1'000'000'000};
  vitals::Registry registry{{.clock = &clock}};
  const vitals::ServiceLevels levels{.latency = {{.target = 100ms}},
                                     .availability = vitals::RatioLevel{.target = 0.99}};
  const std::array names{"latency-p95", "availability"};
  auto& events = registry.counter("slo_events_total", "E.", {"slo"});
  auto& bad = registry.counter("slo_bad_events_total", "B.", {"slo"});
  for (const auto* name : names) {
    events.with(name);
    bad.with(name);
  }
  vitals::LevelStatus status{registry, levels};

  std::array<std::string, 2> lines;
  std::array<std::string, 2> bad_lines;
  std::mt19937 random(11);
  constexpr std::int64_t kEnd = 4 * 86'400 + 7 * 15;
  for (std::int64_t at = 0; at <= kEnd; at += 15) {
    if (at > 0) {  // what came before the first scrape Prometheus doesn't see grow
      clock.advance(15s);
      for (const auto* name : names) {
        const std::uint64_t n = random() % 60;
        const bool is_outage = at / 1000 % 7 == 0;
        events.with(name).inc(n);
        bad.with(name).inc(is_outage ? n / 2 : n / 50);
      }
    }
    (void)vitals::to_text(registry);  // the scrape, at which a sample is taken too
    const auto add = [&](std::string& to, const std::string& family, const char* name, double value) {
      to += family + "{slo=\"" + name + "\"} " + std::to_string(static_cast<std::uint64_t>(value)) + ' ' +
            std::to_string(start + at) + '\n';
    };
    for (std::size_t i = 0; i < names.size(); ++i) {
      add(lines[i], "slo_events_total", names[i], events.with(names[i]).value());
      add(bad_lines[i], "slo_bad_events_total", names[i], bad.with(names[i]).value());
    }
  }
  std::ofstream{argv[2]} << "# TYPE slo_events counter\n"
                         << lines[0] << lines[1] << "# TYPE slo_bad_events counter\n"
                         << bad_lines[0] << bad_lines[1] << "# EOF\n";
  std::fputs(status.to_json().c_str(), stdout);
}
