#include "tool/check/scrape.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>
#include <system_error>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxCounters = 1'000'000;

// "1", "1.0" and "1e0" are one bound: formats write it in different ways. What is no number stays as it is.
std::string bound_text(std::string_view text) {
  const auto digits = text.substr(text.starts_with('+') ? 1 : 0);
  double bound = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bound);
  if (error != std::errc{} || end != digits.data() + digits.size() || std::isnan(bound)) return std::string(text);
  return std::isinf(bound) && bound > 0 ? "+Inf" : fmt::format("{}", bound);
}

Labels sorted_labels(std::span<const Label> labels, bool bucket) {
  Labels sorted;
  sorted.reserve(labels.size());
  for (const auto& label : labels) {
    if (label.value.empty()) continue;  // an empty label is no label
    const bool bound = bucket && label.name == detail::kBucketLabel;
    sorted.emplace_back(label.name, bound ? bound_text(label.value) : std::string(label.value));
  }
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

std::string_view without_suffix(std::string_view name, std::string_view suffix) {
  if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  return name;
}

}  // namespace

std::string series_text(std::string_view name, const Labels& labels) {
  std::string text(name);
  std::string_view separator = "{";
  for (const auto& [label, value] : labels) {
    text.append(separator).append(label).append("=\"").append(value).append("\"");
    separator = ",";
  }
  return labels.empty() ? text : text + '}';
}

class Scrape::Builder {
 public:
  Builder(Scrape& scrape, const Names& wanted, LintFormat format, std::size_t limit)
      : scrape_(scrape), wanted_(wanted), format_(format), limit_(limit) {}

  void type(std::string_view name, std::string_view type) {
    scrape_.names_.emplace(name);
    scrape_.types_.emplace(name, type);
  }

  void sample(const Sample& sample) {
    const bool wanted = sample.name == kProcessStart || wanted_.contains(sample.name);
    const bool counts = is_counter(sample.name);
    if (!wanted && !counts) return;
    const auto labels = sorted_labels(sample.labels, sample.name.ends_with(detail::suffix::kBucket));
    if (counts) keep(scrape_.counters_, sample, labels);
    if (!wanted) return;
    make_room(sample);
    note_time(sample);
    auto family = scrape_.series_.find(sample.name);
    if (family == scrape_.series_.end()) family = scrape_.series_.emplace(sample.name, SeriesMap{}).first;
    if (family->second.emplace(labels, sample.value).second) return;
    // A bucket that comes twice in different spellings makes its histogram unknown, not the whole exposition wrong.
    if (!family->second.emplace(sorted_labels(sample.labels, false), sample.value).second) reject_twice(sample);
  }

  void created(const Sample& sample) {
    if (sample.value > 0) keep(scrape_.created_, sample, sorted_labels(sample.labels, false));
  }

  void native(const Sample& sample, const NativeHistogram& histogram) {
    const auto buckets = fmt::format("{}{}", sample.name, detail::suffix::kBucket);
    if (!wanted_.contains(buckets)) return;
    auto labels = sorted_labels(sample.labels, false);
    if (const auto* classic = scrape_.find(buckets); classic && has_buckets(*classic, labels)) return;
    note_time(sample);
    make_room(sample, histogram.positive.size() + histogram.negative.size());
    auto& family = scrape_.native_.try_emplace(std::string(sample.name)).first->second;
    if (!family.emplace(std::move(labels), histogram).second) reject_twice(sample);
  }

 private:
  [[noreturn]] void reject_twice(const Sample& sample) const {
    throw ExpositionError(sample.line, fmt::format("{} twice with the same labels", sample.name), format_);
  }

  void make_room(const Sample& sample, std::size_t more = 0) {
    stored_ += 1 + sample.labels.size() + more;
    if (stored_ > limit_)
      throw ExpositionError(sample.line, fmt::format("more than {} series and labels", limit_), format_);
  }

  void note_time(const Sample& sample) {
    if (sample.name == kProcessStart) return;
    if (sample.timestamp)
      scrape_.newest_ = std::max(scrape_.newest_.value_or(*sample.timestamp), *sample.timestamp);
    else
      scrape_.has_all_times_ = false;
  }

  void keep(Counters& counters, const Sample& sample, const Labels& labels) {
    if (counters.size() < kMaxCounters)
      counters.emplace(series_text(sample.name, labels), sample.value);
    else
      scrape_.has_all_counters_ = false;
  }

  // Consecutive samples mostly have the same name. A name without TYPE is noted here.
  bool is_counter(std::string_view name) {
    if (name == last_name_) return last_is_counter_;
    last_name_ = name;
    const auto base = without_suffix(name, detail::suffix::kCount);
    const auto type = scrape_.type(base);
    const bool counted =
        type == detail::text_type_name(MetricType::Histogram) || type == detail::text_type_name(MetricType::Summary);
    const auto own = scrape_.type(name);
    // By convention nothing but a counter ends so; without TYPE that is all there is to go by.
    const bool seems_counter =
        (own.empty() || own == detail::text_type_name(MetricType::Untyped)) && name.ends_with(detail::suffix::kTotal);
    if (own.empty() && !is_part(name)) scrape_.names_.emplace(without_suffix(name, detail::suffix::kBucket));
    last_is_counter_ = own == detail::text_type_name(MetricType::Counter) || (counted && base != name) || seems_counter;
    return last_is_counter_;
  }

  // Whether it is a sample of a metric that has a name without this suffix.
  [[nodiscard]] bool is_part(std::string_view name) const {
    return std::any_of(detail::suffix::kAll.begin(), detail::suffix::kAll.end(), [&](std::string_view suffix) {
      if (!name.ends_with(suffix)) return false;
      const auto base = without_suffix(name, suffix);
      return !scrape_.type(base).empty() || !scrape_.type(fmt::format("{}{}", base, detail::suffix::kTotal)).empty();
    });
  }

  static bool has_buckets(const SeriesMap& classic, const Labels& labels) {
    Labels last = labels;
    last.emplace_back(detail::kBucketLabel, "+Inf");
    std::sort(last.begin(), last.end());
    return classic.contains(last);
  }

  Scrape& scrape_;
  const Names& wanted_;
  LintFormat format_;
  std::size_t limit_;
  std::size_t stored_ = 0;
  std::string last_name_;
  bool last_is_counter_ = false;
};

Scrape Scrape::parse(std::string_view body, const Names& wanted, LintFormat format, std::size_t limit) {
  Scrape scrape;
  scrape.format_ = format;
  Builder builder(scrape, wanted, format, limit);
  parse_exposition(body, format,
                   {.on_type = [&](std::string_view name, std::string_view type) { builder.type(name, type); },
                    .on_sample = [&](const Sample& sample) { builder.sample(sample); },
                    .on_created = [&](const Sample& sample) { builder.created(sample); },
                    .on_native = [&](const Sample& sample,
                                     const NativeHistogram& histogram) { builder.native(sample, histogram); }});
  return scrape;
}

const SeriesMap* Scrape::find(std::string_view sample_name) const {
  const auto it = series_.find(sample_name);
  return it == series_.end() ? nullptr : &it->second;
}

const NativeMap* Scrape::find_native(std::string_view metric) const {
  const auto it = native_.find(metric);
  return it == native_.end() ? nullptr : &it->second;
}

std::string_view Scrape::type(std::string_view metric) const {
  const auto it = types_.find(metric);
  return it == types_.end() ? std::string_view{} : std::string_view{it->second};
}

const SeriesMap& Scrape::process_starts() const {
  static const SeriesMap none;
  const auto* starts = find(kProcessStart);
  return starts ? *starts : none;
}

}  // namespace vitals::tool
