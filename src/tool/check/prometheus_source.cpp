#include "tool/check/prometheus_source.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <set>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/nearest.hpp"
#include "tool/check/joined.hpp"
#include "tool/check/sample_growth.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using detail::suffix::kBucket;
using detail::suffix::kCount;
using detail::suffix::kSum;

std::string promql_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string written(const std::string& name) {
  return detail::is_legacy_name(name, detail::NameKind::Metric) ? name : promql_text(name);
}

// A regular expression for these names alone, as PromQL has it.
std::string any_of(const Names& names) {
  std::string pattern;
  for (const auto& name : names) {
    if (!pattern.empty()) pattern += '|';
    for (const char c : name) {
      if (std::string_view{".*+?()[]{}|^$\\"}.find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return promql_text(pattern);
}

// In text 1.0.0, whose names may be quoted.
std::string sample_line(const std::string& name, const Labels& labels, double value) {
  std::vector<std::string> pairs;
  for (const auto& [label, text] : labels) {
    const bool is_legacy = detail::is_legacy_name(label, detail::NameKind::Label);
    pairs.push_back((is_legacy ? label : promql_text(label)) + '=' + promql_text(text));
  }
  if (!detail::is_legacy_name(name, detail::NameKind::Metric)) {
    pairs.insert(pairs.begin(), promql_text(name));
    return fmt::format("{{{}}} {}\n", joined(pairs, ","), value);
  }
  return fmt::format("{}{{{}}} {}\n", name, joined(pairs, ","), value);
}

std::string without(std::string_view name, std::string_view suffix) {
  return std::string(name.substr(0, name.size() - suffix.size()));
}

// The TYPE lines of metrics of which series with these names are there.
std::string type_lines(const std::set<std::string>& names, const std::map<std::string, std::string>& told) {
  std::map<std::string, std::string> types;
  const auto type_of = [&](const std::string& name) -> std::string {
    auto type = told.find(name);
    if (type == told.end() && name.ends_with(detail::suffix::kTotal))
      type = told.find(without(name, detail::suffix::kTotal));  // as OpenMetrics calls it
    const bool is_known = type != told.end() && detail::type_of_text_name(type->second);
    return is_known ? type->second : std::string(detail::text_type_name(MetricType::Untyped));
  };
  for (const auto& name : names) {
    const auto is_part = [&](std::string_view suffix) {
      return name.ends_with(suffix) && names.contains(without(name, suffix) + std::string(kBucket));
    };
    if (name.ends_with(kBucket)) {
      types.insert_or_assign(without(name, kBucket), detail::text_type_name(MetricType::Histogram));
    } else if (!is_part(kCount) && !is_part(kSum)) {
      types.emplace(name, type_of(name));
    }
  }
  std::string out;
  for (const auto& [name, type] : types) out += fmt::format("# TYPE {} {}\n", written(name), type);
  return out;
}

// The samples are fetched in parts of which each answer is of a size that is read at once without pain.
void add_samples(SampleGrowth& growth, const PrometheusApi& api, const std::string& selector, double from, double to) {
  constexpr double kFirst = 3600;
  constexpr double kSmallest = 10;
  constexpr double kSamples = 200'000;
  double length = kFirst;
  for (double at = from; at < to;) {
    const double end = std::min(to, at + length);
    try {
      const auto part = api.samples(selector, end - at, end);
      growth.add(part);
      double samples = 0;
      for (const auto& series : part) samples += static_cast<double>(series.samples.size());
      length *= std::clamp(kSamples / (samples + 1), 0.25, 4.0);
      at = end;
    } catch (const AnswerTooLarge&) {
      if (length <= kSmallest) throw;
      length = std::min(length, end - at) / 2;
    }
  }
}

// How much of the window there is, where that is not all.
std::string coverage(const SampleGrowth& growth, double seconds) {
  const auto text = fmt::format("Prometheus has {} of {}", window_text(growth.seconds()), window_text(seconds));
  const auto begin = growth.begin_of_process();
  if (!begin) return text;
  return fmt::format("{}: since {:%Y-%m-%d %H:%M:%S} UTC, when the process began", text,
                     fmt::gmtime(static_cast<std::time_t>(*begin)));
}

void require_clock(const PrometheusApi& api, double now) {
  constexpr double kTolerance = 60;
  const double ahead = now - wall_clock();
  if (std::fabs(ahead) > kTolerance)
    throw FetchError(fmt::format("the clock of {} is {} {} that of this machine; one of them is wrong", api.shown(),
                                 window_text(std::fabs(ahead)), ahead > 0 ? "ahead of" : "behind"));
}

void require_one_job(const PrometheusApi& api, const std::vector<PrometheusSeries>& series) {
  std::set<std::string> jobs;
  for (const auto& one : series) {
    if (one.name != kProcessStart) jobs.insert(printable(label_value(one.labels, "job"), 100));
  }
  if (jobs.size() > 1)
    throw FetchError(
        fmt::format("{} has these metrics of several jobs: {}; pick one with --job", api.shown(), joined(jobs, ", ")));
}

}  // namespace

std::string prometheus_matchers(const CheckArguments& arguments) {
  std::vector<std::string> matchers;
  if (!arguments.job.empty()) matchers.push_back("job=" + promql_text(arguments.job));
  if (!arguments.selector.empty()) matchers.push_back(arguments.selector);
  return joined(matchers, ",");
}

PrometheusSource::PrometheusSource(PrometheusApi api, std::string matchers, const Targets& targets)
    : api_(std::move(api)), matchers_(std::move(matchers)), counters_{std::string(kProcessStart)} {
  for (const auto& target : targets.targets) {
    auto& names = target.measure == Measure::Gauge ? gauges_ : counters_;
    for (auto& name : target.sample_names()) names.insert(std::move(name));
  }
}

Measured PrometheusSource::measure(double seconds) const {
  const double now = api_.now();
  require_clock(api_, now);
  const double from = now - seconds;
  const auto selector = [&](const Names& names) {
    return fmt::format("{{__name__=~{}{}{}}}", any_of(names), matchers_.empty() ? "" : ",", matchers_);
  };
  SampleGrowth growth(from);
  add_samples(growth, api_, selector(counters_), from, now);
  Names all = gauges_;
  all.insert(counters_.begin(), counters_.end());
  const auto current = api_.current(selector(all), now);
  if (matchers_.empty()) require_one_job(api_, current);
  const auto names = api_.names(matchers_.empty() ? "" : fmt::format("{{{}}}", matchers_), from, now);

  std::string text = type_lines(names, api_.types());
  std::set<std::string, std::less<>> scraped;
  for (const auto& series : current) {
    scraped.insert(series.name);
    if (gauges_.contains(series.name) || series.name == kProcessStart)
      text += sample_line(series.name, series.labels, series.samples.empty() ? NAN : series.samples.front().value);
  }
  for (const auto& [name, labels, grown] : growth.growth()) {
    if (scraped.contains(name)) text += sample_line(name, labels, grown);
  }

  Measured result;
  result.before = Scrape::parse("", all, LintFormat::Text1);
  result.after = Scrape::parse(text, all, LintFormat::Text1);
  result.seconds = growth.seconds();
  result.now = now;
  if (*result.seconds < 0.9 * seconds) result.note = coverage(growth, seconds);
  result.process = {Continuity::Kind::Summed,
                    fmt::format("growth is summed over {} {}, and over {} {} of their counters", growth.instances(),
                                growth.instances() == 1 ? "instance" : "instances", growth.resets(),
                                growth.resets() == 1 ? "reset" : "resets")};
  for (const auto& name : all) {
    if (scraped.contains(name)) continue;
    const auto what = matchers_.empty() ? name : fmt::format("{}{{{}}}", name, matchers_);
    if (names.contains(name)) {
      result.faults[name] = fmt::format("{} has no sample of {} now: is it still scraped?", api_.shown(), what);
    } else if (name.ends_with(kBucket) && names.contains(without(name, kBucket))) {
      result.faults[name] =
          fmt::format("{} has no {}: native histograms are read from scrapes alone, --url", api_.shown(), what);
    } else {
      result.faults[name] = fmt::format("{} has no series of {} in the last {}{}", api_.shown(), what,
                                        window_text(seconds), detail::did_you_mean(name, names));
    }
  }
  return result;
}

void judge_each_instance(Targets& targets, const Scrape& after) {
  constexpr std::string_view kInstance = "instance";
  for (auto& target : targets.targets) {
    const auto* series = target.whole.empty() ? nullptr : after.find(target.metric);
    if (!series) continue;
    std::set<std::string_view> instances;
    for (const auto& [labels, value] : *series) instances.insert(label_value(labels, kInstance));
    if (instances.size() > 1) target.each.emplace_back(kInstance);
  }
}

}  // namespace vitals::tool
