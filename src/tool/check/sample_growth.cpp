#include "tool/check/sample_growth.hpp"

#include <algorithm>
#include <cmath>

#include "core/text/metric_types.hpp"
#include "tool/check/continuity.hpp"
#include "tool/check/scrape.hpp"

namespace vitals::tool {
namespace {

std::string instance_of(const Labels& labels) {
  return series_text("", {{"instance", std::string(label_value(labels, "instance"))},
                          {"job", std::string(label_value(labels, "job"))}});
}

// The samples of one histogram, of buckets and count, are reset together.
std::string unit_of(std::string_view name, Labels labels) {
  for (const auto suffix : {detail::suffix::kBucket, detail::suffix::kCount}) {
    if (!name.ends_with(suffix)) continue;
    name.remove_suffix(suffix.size());
    break;
  }
  std::erase_if(labels, [](const auto& label) { return label.first == detail::kBucketLabel; });
  return series_text(name, labels);
}

}  // namespace

void SampleGrowth::find_resets(const PrometheusSeries& series) {
  if (series.samples.empty()) return;
  const auto instance = instance_of(series.labels);
  const auto [one, is_new] = instances_.try_emplace(instance, Instance{series.samples.front().at});
  one->second.first_at = std::min(one->second.first_at, series.samples.front().at);
  const bool is_start = series.name == kProcessStart;
  if (is_start && one->second.process_start == 0) one->second.process_start = series.samples.front().value;
  const auto known = series_.find({series.name, series.labels});
  const auto* last = known == series_.end() ? &series.samples.front() : &known->second.last;
  for (const auto& sample : series.samples) {
    if (sample.at > last->at) {
      const bool is_reset = is_start ? !is_same_start(last->value, sample.value) : sample.value < last->value;
      if (is_reset) {
        resets_.emplace(is_start ? instance : unit_of(series.name, series.labels), sample.at);
        restarts_.emplace(instance, sample.at);
      }
    }
    last = &sample;
  }
}

bool SampleGrowth::was_reset(const State& state, double after, double until) const {
  for (const auto* what : {&state.unit, &state.instance}) {
    const auto next = resets_.upper_bound({*what, after});
    if (next != resets_.end() && next->first == *what && next->second <= until) return true;
  }
  return false;
}

void SampleGrowth::add(const std::vector<PrometheusSeries>& part) {
  for (const auto& series : part) find_resets(series);
  for (const auto& series : part) {
    if (series.samples.empty()) continue;
    const auto [found, is_new] =
        series_.try_emplace({series.name, series.labels}, State{series.samples.front(), series.samples.front()});
    auto& state = found->second;
    if (is_new) {
      state.unit = unit_of(series.name, series.labels);
      state.instance = instance_of(series.labels);
    }
    for (const auto& sample : series.samples) {
      if (sample.at <= state.last.at) continue;
      state.growth += was_reset(state, state.last.at, sample.at) ? sample.value : sample.value - state.last.value;
      state.last = sample;
    }
    first_at_ = first_at_ == 0 ? state.first.at : std::min(first_at_, state.first.at);
    last_at_ = std::max(last_at_, state.last.at);
  }
}

std::vector<SampleGrowth::Series> SampleGrowth::growth() const {
  constexpr double kSameScrape = 1e-3;  // times have milliseconds
  std::vector<Series> result;
  for (const auto& [key, state] : series_) {
    if (key.first == kProcessStart) continue;
    const auto& instance = instances_.at(state.instance);
    const bool has_begun = instance.process_start > 0 && instance.process_start >= from_;
    const bool is_born = has_begun || state.first.at > instance.first_at + kSameScrape;
    result.push_back({key.first, key.second, state.growth + (is_born ? state.first.value : 0)});
  }
  return result;
}

double SampleGrowth::seconds() const { return last_at_ - first_at_; }

}  // namespace vitals::tool
