#include "core/registry_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/access.hpp"
#include "core/names.hpp"
#include "core/text_format.hpp"

namespace vitals::detail {

namespace {

// What follows the family's name in the lines of a type.
std::vector<std::string_view> suffixes(MetricType type) {
  if (type == MetricType::Histogram) return {"", "_bucket", "_sum", "_count"};
  if (type == MetricType::Summary) return {"", "_sum", "_count"};
  return {""};
}

void check(MetricType type, const Declaration& declared) {
  check_metric_name(declared.name);
  const std::vector<std::string_view> labels{declared.labels.begin(), declared.labels.end()};
  check_label_names(declared.name, labels, type == MetricType::Histogram ? "le" : "");
  if (type == MetricType::Histogram) check_bounds(declared.name, declared.bounds);
}

std::string list(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels) out += (out.empty() ? "" : ", ") + label;
  return "{" + out + "}";
}

std::string list(const std::vector<double>& bounds) {
  std::string out;
  for (const double bound : bounds) {
    if (!out.empty()) out += ", ";
    append_number(out, bound);
  }
  return "{" + out + "}";
}

void check_same(const FamilyBase& family, MetricType type, const Declaration& declared) {
  const Declaration& before = family.declared();
  const auto again = [&](const char* what, std::string_view was, std::string_view is) {
    refuse(declared.name, "registered before with " + std::string{what} + " " + std::string{was} + ", now with " +
                              std::string{is} + "; use the same declaration, or another name");
  };
  if (family.type() != type) again("type", type_name(family.type()), type_name(type));
  if (before.labels != declared.labels) again("labels", list(before.labels), list(declared.labels));
  if (before.help != declared.help) again("help text", '"' + before.help + '"', '"' + declared.help + '"');
  if (before.bounds != declared.bounds) again("bucket bounds", list(before.bounds), list(declared.bounds));
}

// As rendered: values that differ only in invalid UTF-8 look alike there.
bool has_distinct_labels(const FamilySnapshot& family) {
  std::set<std::string> seen;
  return std::all_of(family.metrics.begin(), family.metrics.end(), [&](const MetricSnapshot& metric) {
    std::vector<std::string> labels;
    for (const auto& label : metric.labels) append_label(labels.emplace_back(), label.name, to_valid_utf8(label.value));
    std::sort(labels.begin(), labels.end());
    std::string key;
    for (const auto& label : labels) key.append(label).append(1, ',');
    return seen.insert(std::move(key)).second;
  });
}

bool well_formed(const FamilySnapshot& family) {
  const std::string_view reserved = family.type == MetricType::Histogram ? "le"
                                    : family.type == MetricType::Summary ? "quantile"
                                                                         : "";
  const auto labels_valid = [&](const MetricSnapshot& metric) {
    for (auto label = metric.labels.begin(); label != metric.labels.end(); ++label) {
      if (!valid_label_name(label->name) || label->name == reserved) return false;
      if (std::any_of(metric.labels.begin(), label, [&](const Label& other) { return other.name == label->name; }))
        return false;
    }
    return true;
  };
  return valid_metric_name(family.name) && std::all_of(family.metrics.begin(), family.metrics.end(), labels_valid) &&
         has_distinct_labels(family);
}

}  // namespace

template <class Metric>
FamilyStore<Metric>& RegistryState::family(Declaration declared) {
  constexpr MetricType type = kTypeOf<Metric>;
  declared.help = to_valid_utf8(declared.help);
  const std::lock_guard lock{mutex_};
  if (const auto found = families_.find(declared.name); found != families_.end()) {
    check_same(*found->second, type, declared);
    return static_cast<FamilyStore<Metric>&>(*found->second);
  }
  check(type, declared);
  claim(declared.name, type);
  auto made = std::make_unique<FamilyStore<Metric>>(std::move(declared), arena_);
  FamilyStore<Metric>& family = *made;
  families_.emplace(family.declared().name, std::move(made));
  return family;
}

template FamilyStore<Counter>& RegistryState::family(Declaration);
template FamilyStore<Gauge>& RegistryState::family(Declaration);
template FamilyStore<Histogram>& RegistryState::family(Declaration);

// Under the lock: takes all names that the family's lines will have, or none.
void RegistryState::claim(const std::string& name, MetricType type) {
  for (const auto suffix : suffixes(type)) {
    const auto taken = sample_names_.find(name + std::string{suffix});
    if (taken == sample_names_.end()) continue;
    refuse(name, "its line \"" + taken->first + "\" would clash with that of metric \"" + taken->second +
                     "\"; rename one of them");
  }
  for (const auto suffix : suffixes(type)) sample_names_.emplace(name + std::string{suffix}, name);
}

std::shared_ptr<Collector> RegistryState::add(Collector::Function function, std::string claimed) {
  auto collector = std::make_shared<Collector>(std::move(function), std::move(claimed), weak_from_this());
  const std::lock_guard lock{mutex_};
  if (!collector->claimed.empty()) {
    check_metric_name(collector->claimed);
    claim(collector->claimed, MetricType::Untyped);
  }
  collectors_.push_back(collector);
  return collector;
}

void RegistryState::remove(const Collector& collector) {
  const std::lock_guard lock{mutex_};
  std::erase_if(collectors_, [&](const auto& held) { return held.get() == &collector; });
  if (!collector.claimed.empty()) sample_names_.erase(collector.claimed);
}

std::vector<const FamilyBase*> RegistryState::families() const {
  const std::lock_guard lock{mutex_};
  std::vector<const FamilyBase*> families;
  families.reserve(families_.size());
  for (const auto& [name, family] : families_) families.push_back(family.get());
  return families;
}

// Under the lock: whether no line of the family would have the name of another family's. `claimed` are the names that
// callbacks keep for what they give.
bool RegistryState::is_free(const FamilySnapshot& family, const std::set<std::string>& claimed) const {
  const auto taken = [&](std::string_view suffix) {
    const std::string line = family.name + std::string{suffix};
    return sample_names_.contains(line) && !(suffix.empty() && claimed.contains(line));
  };
  const auto all = suffixes(family.type);
  return std::none_of(all.begin(), all.end(), taken);
}

// What collectors give, by name, without what would break the exposition: it costs only its own family.
std::vector<FamilySnapshot> RegistryState::collect() {
  std::unique_lock lock{mutex_};
  const auto collectors = collectors_;
  lock.unlock();

  std::vector<FamilySnapshot> collected;
  std::set<std::string> claimed;
  std::uint64_t errors = 0;
  for (const auto& collector : collectors) {
    errors += collector->collect(collected) ? 0 : 1;
    if (!collector->claimed.empty()) claimed.insert(collector->claimed);
  }
  std::stable_sort(collected.begin(), collected.end(), [](const auto& a, const auto& b) { return a.name < b.name; });

  std::vector<FamilySnapshot> accepted;
  std::set<std::string> lines;
  lock.lock();
  for (auto& family : collected) {
    const auto all = suffixes(family.type);
    const bool repeats = std::any_of(all.begin(), all.end(),
                                     [&](auto suffix) { return lines.contains(family.name + std::string{suffix}); });
    if (repeats || !is_free(family, claimed) || !well_formed(family)) {
      ++errors;
    } else if (!family.metrics.empty()) {
      for (const auto suffix : all) lines.insert(family.name + std::string{suffix});
      accepted.push_back(std::move(family));
    }
  }
  lock.unlock();
  if (errors > 0) collector_errors_.fetch_add(errors, std::memory_order_relaxed);
  return accepted;
}

}  // namespace vitals::detail
