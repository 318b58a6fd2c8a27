#include "tool/check/sample_growth.hpp"

#include <algorithm>
#include <cstddef>

#include "core/text/metric_types.hpp"
#include "tool/check/continuity.hpp"
#include "tool/check/scrape.hpp"

namespace vitals::tool {
namespace {

std::string job_and_instance(const Labels& labels) {
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

// Relabelling may have taken `instance` away, and a receiver of remote writes has labels of its own: those of the
// process tell more.
std::string SampleGrowth::instance_of(const Labels& labels) const {
  const auto known = start_labels_.find(job_and_instance(labels));
  if (known == start_labels_.end()) return job_and_instance(labels);
  const Labels* most = nullptr;
  for (const auto& one : known->second) {
    if (!std::ranges::includes(labels, one)) continue;
    if (!most || one.size() > most->size()) most = &one;
  }
  return most ? series_text("", *most) : known->first;
}

// All samples of a scrape have its time, and scrapes of two targets hardly ever the same.
void SampleGrowth::find_births(const std::vector<PrometheusSeries>& part, const std::vector<State*>& states) {
  std::map<std::string_view, std::map<double, bool>> births;
  for (const auto* state : states) {
    if (state && state->last.at == state->first.at) births[state->instance].emplace(state->first.at, false);
  }
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!states[i]) continue;
    const auto of_instance = births.find(states[i]->instance);
    if (of_instance == births.end()) continue;
    for (auto& [at, has_older] : of_instance->second) {
      has_older = has_older ||
                  (states[i]->first.at < at && std::ranges::binary_search(part[i].samples, at, {}, &TimedValue::at));
    }
  }
  for (auto* state : states) {
    if (state && state->last.at == state->first.at) state->is_born |= births.at(state->instance).at(state->first.at);
  }
}

void SampleGrowth::find_resets(const PrometheusSeries& series, const State& state) {
  const bool is_start = series.name == kProcessStart;
  if (auto& start = instances_[state.instance]; is_start && start == 0) start = series.samples.front().value;
  const auto* last = &state.last;
  for (const auto& sample : series.samples) {
    if (sample.at > last->at) {
      const bool is_reset = is_start ? !is_same_start(last->value, sample.value) : sample.value < last->value;
      if (is_reset) {
        resets_.emplace(is_start ? state.instance : state.unit, sample.at);
        restarts_.emplace(state.instance, sample.at);
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
  for (const auto& series : part) {
    if (series.name == kProcessStart) start_labels_[job_and_instance(series.labels)].insert(series.labels);
  }
  std::vector<State*> states;
  for (const auto& series : part) {
    states.push_back(nullptr);
    if (series.samples.empty()) continue;
    const auto [found, is_new] =
        series_.try_emplace({series.name, series.labels}, State{series.samples.front(), series.samples.front()});
    auto& state = found->second;
    if (is_new) {
      state.unit = unit_of(series.name, series.labels);
      state.instance = instance_of(series.labels);
    }
    states.back() = &state;
    find_resets(series, state);
  }
  find_births(part, states);
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!states[i]) continue;
    auto& state = *states[i];
    for (const auto& sample : part[i].samples) {
      if (sample.at <= state.last.at) continue;
      state.growth += was_reset(state, state.last.at, sample.at) ? sample.value : sample.value - state.last.value;
      state.last = sample;
    }
    first_at_ = first_at_ == 0 ? state.first.at : std::min(first_at_, state.first.at);
    last_at_ = std::max(last_at_, state.last.at);
  }
}

std::vector<SampleGrowth::Series> SampleGrowth::growth() const {
  std::vector<Series> result;
  for (const auto& [key, state] : series_) {
    if (key.first == kProcessStart) continue;
    const bool is_whole = state.is_born || has_begun(state.instance);
    result.push_back({key.first, key.second, state.growth + (is_whole ? state.first.value : 0)});
  }
  return result;
}

bool SampleGrowth::has_begun(const std::string& instance) const {
  const double start = instances_.at(instance);
  return start > 0 && start >= from_;
}

std::optional<double> SampleGrowth::begin_of_process() const {
  double begin = first_at_;
  for (const auto& [instance, start] : instances_) {
    if (has_begun(instance)) begin = std::min(begin, start);
  }
  return begin < first_at_ ? std::optional(begin) : std::nullopt;
}

double SampleGrowth::seconds() const { return last_at_ - begin_of_process().value_or(first_at_); }

}  // namespace vitals::tool
