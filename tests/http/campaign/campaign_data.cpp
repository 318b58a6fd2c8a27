#include "http/campaign/campaign_data.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <vitals/vitals.hpp>

namespace vitals::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// What data.py expects, in the same order.
const std::vector<std::string>& label_values() {
  static const std::vector<std::string> kValues = {"\\",
                                                   "\"",
                                                   "\n",
                                                   "\r",
                                                   "\t",
                                                   std::string{"a\0b", 3},
                                                   "\x7f",
                                                   "\xe2\x80\xa8",
                                                   "\xf0\x9f\x98\x80",
                                                   "\xef\xbb\xbf",
                                                   "",
                                                   "\\n",
                                                   "a\\\"\nb",
                                                   "}",
                                                   ",",
                                                   "# EOF"};
  return kValues;
}

constexpr std::array kNumbers{
    0.0,  -0.0,      1.0,        0.1, 9007199254740991.0, 9007199254740992.0, 9007199254740994.0, 1.797e308, 5e-324,
    -1.5, kInfinity, -kInfinity, kNan};

// Values of both signs over 600 orders of magnitude, which no resolution has buckets enough for.
void observe_everything(Histogram& histogram) {
  for (int exponent = -300; exponent <= 300; ++exponent) {
    const double value = std::pow(10.0, exponent);
    histogram.observe(value);
    histogram.observe(-value);
  }
}

std::string outcome_of(const std::function<std::string()>& work) {
  try {
    return work();
  } catch (const std::invalid_argument& error) {
    return std::string{"refused: "} + error.what();
  } catch (const std::exception& error) {
    return std::string{"threw: "} + error.what();
  }
}

std::string made(const auto&... /*metric*/) { return "made"; }

}  // namespace

void record_campaign_data(Registry& registry) {
  auto& labelled = registry.counter("campaign_labels_total", "Of every \\ \n value.", {"value"});
  for (const auto& value : label_values()) labelled.with(value).inc();
  labelled.with(std::string(std::size_t{1} << 20, 'x')).inc();
  labelled.with("invalid \xff\xfe\xc0\x80 end").inc();

  auto& gauges = registry.gauge("campaign_number", "Numbers.", {"n"});
  for (std::size_t i = 0; i < kNumbers.size(); ++i) gauges.with(std::to_string(i)).set(kNumbers[i]);
  auto& big = registry.counter("campaign_big_total", "2^53 and three more.");
  big.inc(std::uint64_t{1} << 53);
  for (int i = 0; i < 3; ++i) big.inc();
  auto& classic = registry.histogram("campaign_classic", "Numbers.", Buckets{-1.0, 0.0, 1.0, 1e300});
  for (const double number : kNumbers) classic.observe(number);
  auto& summary = registry.summary("campaign_summary", "Numbers.");
  for (const double number : {1.0, 2.0, 1.797e308}) summary.observe(number);
  observe_everything(registry.histogram("campaign_native", "Everything.", Native{}));

  auto& kept = registry.gauge("campaign_kept", "A gauge whose help has bytes \xff that are no UTF-8.");
  kept.set(1);
  std::vector<double> bounds;
  for (int i = 0; i < 10'000; ++i) bounds.push_back(i);
  registry.histogram("campaign_many_buckets", "10,000 of them.", Buckets{bounds}).observe(0.5);
}

std::deque<std::string> declare_campaign_faults() {
  std::deque<std::string> outcomes;
  const auto note = [&](std::string_view name, const std::function<std::string()>& work) {
    outcomes.push_back(std::string{name} + ": " + outcome_of(work));
  };
  Registry r;
  auto& first = r.counter("same_total", "Help.", {"a"});
  note("same", [&] { return &r.counter("same_total", "Help.", {"a"}) == &first ? "same" : "another"; });
  note("other type", [&] { return made(r.gauge("same_total", "Help.", {"a"})); });
  note("other help", [&] { return made(r.counter("same_total", "Another.", {"a"})); });
  note("other labels", [&] { return made(r.counter("same_total", "Help.", {"b"})); });

  r.histogram("foo", "Help.");
  note("histogram and _count", [&] { return made(r.counter("foo_count", "Help.", {.exact_name = true})); });
  note("histogram and _bucket", [&] { return made(r.gauge("foo_bucket", "Help.")); });
  r.counter("bar", "Help.");
  note("counter and _created", [&] { return made(r.gauge("bar_created", "Help.")); });

  note("invalid name", [&] { return made(r.counter("b\xff_total", "Help.")); });
  note("invalid label", [&] { return made(r.counter("b_total", "Help.", {"l\xff"})); });
  for (const auto& [name, bounds] : {std::pair<const char*, Buckets>{"unsorted", Buckets{2.0, 1.0}},
                                     {"duplicate", Buckets{1.0, 1.0}},
                                     {"nan", Buckets{1.0, kNan}},
                                     {"-inf", Buckets{-kInfinity, 1.0}},
                                     {"none", Buckets{}}})
    note(std::string{"bounds "} + name,
         [&, its = bounds] { return made(r.histogram("h_" + std::to_string(outcomes.size()), "Help.", its)); });

  auto& counter = r.counter("added_total", "Help.");
  counter.inc(2);
  for (const double bad : {-1.0, kNan, -kInfinity}) counter.inc(bad);
  note("bad increments", [&] { return std::to_string(static_cast<int>(counter.value())); });
  return outcomes;
}

}  // namespace vitals::test
