#include "http/page/live_state.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "core/formats/json_members.hpp"
#include "http/page/form_query.hpp"
#include "http/page/service_metrics.hpp"
#include "http/page/tile.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kMaxTraced = 20;
constexpr std::chrono::seconds kShortest{5};
constexpr std::chrono::seconds kLongest{std::chrono::days{30}};

LiveState::Answer refusal(int status, std::string_view reason) {
  std::string json = "{";
  JsonMembers{json}.add("error", reason);
  return {status, json += "}\n"};
}

// Nothing: it is no number of seconds that a history has.
std::optional<std::chrono::seconds> parse_range(std::string_view text) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const std::chrono::seconds range{seconds};
  if (error != std::errc{} || end != text.data() + text.size() || range < kShortest || range > kLongest)
    return std::nullopt;
  return range;
}

std::string_view trace_of(const TracedRequest& request) { return label_of(request.exemplar.labels, "trace_id"); }

UnixNanos wall_clock() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

}  // namespace

LiveState::LiveState(const ServiceLevels* levels, std::size_t max_history_bytes)
    : levels_{levels != nullptr ? std::optional{*levels} : std::nullopt}, history_{max_history_bytes} {}

void LiveState::sample(const std::vector<FamilySnapshot>& now) {
  const std::lock_guard lock{mutex_};
  const auto at = std::chrono::steady_clock::now();
  next_sample_ = at + History::kInterval;
  const UnixNanos wall = wall_clock();
  if (first_sample_ == 0) first_sample_ = wall;
  history_.sample(now, at, wall);
  keep_version(now);
  keep_traced(now);
}

void LiveState::skip_sample() noexcept {
  const std::lock_guard lock{mutex_};
  next_sample_ = std::chrono::steady_clock::now() + History::kInterval;
}

History::TimePoint LiveState::next_sample() const noexcept {
  const std::lock_guard lock{mutex_};
  return next_sample_;
}

// As register_build_info() has it.
void LiveState::keep_version(const std::vector<FamilySnapshot>& now) {
  const auto family = std::ranges::find(now, std::string_view{"build_info"}, &FamilySnapshot::name);
  version_ = family != now.end() ? label_of(family->metrics.front().labels, "version") : "";
}

// Exemplars of this moment: a family keeps few, and those that it drops are gone.
void LiveState::keep_traced(const std::vector<FamilySnapshot>& now) {
  const auto metrics = service_metrics(history_, levels_ ? &*levels_ : nullptr);
  const ServiceLevels none;
  slowest_.clear();
  failures_.clear();
  for (const auto& family : now) {
    const bool has_times = family.name == metrics.durations;
    const bool has_statuses = family.name == metrics.requests;
    if (!has_times && !has_statuses) continue;
    for (const auto& metric : family.metrics) {
      const bool is_bad =
          has_statuses && is_bad_status(label_of(metric.labels, metrics.status), levels_ ? *levels_ : none);
      for (const auto& exemplar : metric.exemplars) {
        const TracedRequest request{metric.labels, has_times ? exemplar.value : kUnknown, exemplar};
        if (has_times) slowest_.push_back(request);
        if (is_bad) failures_.push_back(request);
      }
    }
  }
  for (auto& failure : failures_) {
    const auto same = std::ranges::find(slowest_, trace_of(failure), trace_of);
    if (same != slowest_.end()) failure.seconds = same->seconds;
  }
  const auto time = [](const TracedRequest& request) { return request.exemplar.timestamp; };
  std::ranges::sort(slowest_, std::ranges::greater{}, &TracedRequest::seconds);
  std::ranges::sort(failures_, std::ranges::greater{}, time);
  if (slowest_.size() > kMaxTraced) slowest_.erase(slowest_.begin() + kMaxTraced, slowest_.end());
  if (failures_.size() > kMaxTraced) failures_.erase(failures_.begin() + kMaxTraced, failures_.end());
}

LiveState::Answer LiveState::answer(std::string_view target, const Surroundings& around) const {
  const auto mark = std::min(target.find('?'), target.size());
  const std::string_view page = target.substr(0, mark);
  const std::string_view query = target.substr(std::min(mark + 1, target.size()));
  const auto range = parse_range(form_value(query, "range").value_or("300"));
  if (!range) return refusal(400, "range: a whole number of seconds from 5 to 2592000, as in \"range=300\"");
  const std::lock_guard lock{mutex_};
  const LiveInput input{.history = history_,
                        .levels = levels_ ? &*levels_ : nullptr,
                        .levels_json = around.levels_json,
                        .links = around.links,
                        .slowest = slowest_,
                        .failures = failures_,
                        .version = version_,
                        .first_sample = first_sample_,
                        .now = wall_clock()};
  if (page == "data") return {200, live_json(input, *range)};
  const auto name = form_value(query, "name");
  if (!name) return refusal(400, "name: which metric? as in \"name=http_requests_total\"");
  auto json = metric_json(input, *name, *range);
  if (!json) return refusal(404, "no counter, gauge or histogram of this name has a history");
  return {200, *std::move(json)};
}

}  // namespace vitals::detail
