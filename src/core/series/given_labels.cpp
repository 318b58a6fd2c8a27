#include "core/series/given_labels.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "core/series/label_key.hpp"
#include "core/text/label_rules.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

// Where the name is; names.size(): nowhere. Looks at `guess` first.
std::size_t position(std::span<const std::string> names, std::string_view name, std::size_t guess) noexcept {
  for (std::size_t i = guess; i < names.size(); ++i) {
    if (is_same_name(names[i], name)) return i;
  }
  for (std::size_t i = 0; i < guess; ++i) {
    if (is_same_name(names[i], name)) return i;
  }
  return names.size();
}

[[noreturn]] [[gnu::noinline]] void refuse_unknown(const MetricName& metric, std::span<const std::string> names,
                                                   std::string_view label) {
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  refuse(metric.str(), "label \"" + to_valid_utf8(label) + "\" was not declared; use one of {" + known +
                           "}, or declare the metric with LabelNames::any()");
}

[[noreturn]] [[gnu::noinline]] void refuse_twice(const MetricName& metric, std::string_view label) {
  refuse(metric.str(), "label \"" + to_valid_utf8(label) + "\" is given twice; leave one of them out");
}

// The same for labels of which the first `done` have their places. A value has an address as soon as it is given.
[[gnu::noinline]] void order_others(const MetricName& metric, std::span<const std::string> names,
                                    std::span<const GivenLabel> labels, std::size_t done, std::string_view* values) {
  const auto give = [values](std::size_t i, std::string_view value) {
    values[i] = {value.data() == nullptr ? "" : value.data(), value.size()};
  };
  for (std::size_t i = 0; i < done; ++i) give(i, values[i]);
  std::size_t guess = done;
  for (const GivenLabel& label : labels.subspan(done)) {
    const std::size_t i = position(names, label.name(), guess);
    if (i == names.size()) [[unlikely]]
      refuse_unknown(metric, names, label.name());
    if (values[i].data() != nullptr) [[unlikely]]
      refuse_twice(metric, label.name());
    give(i, label.value());
    guess = i + 1;
  }
}

// Names in the order of these are in the order of their bytes, as far as they differ in the first eight.
std::uint64_t prefix_of(std::string_view name) noexcept {
  std::uint64_t word = 0;
  if (name.size() >= 8) {
    std::memcpy(&word, name.data(), 8);
  } else if (!name.empty()) {
    word = short_word(name.data(), name.size());
  }
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

}  // namespace

void order_values(const MetricName& metric, std::span<const std::string> names, std::span<const GivenLabel> labels,
                  std::string_view* values) {
  const std::size_t most = std::min(names.size(), labels.size());
  std::size_t i = 0;
  for (; i < most && is_same_name(names[i], labels[i].name()); ++i)
    new (values + i) std::string_view{labels[i].value()};
  for (std::size_t rest = i; rest < names.size(); ++rest) new (values + rest) std::string_view{};
  if (i < labels.size()) order_others(metric, names, labels, i, values);
}

SortedLabels::SortedLabels(const MetricName& metric, std::span<const GivenLabel> labels) {
  const LabelPair* twice = labels.size() > kLocal ? sort_all(labels) : insert_all(labels);
  if (twice != nullptr) [[unlikely]]
    refuse_twice(metric, twice->name);
  if (have_empty_) drop_empty();
}

// By insertion: what comes sorted, as from a std::map, stays where it is.
const LabelPair* SortedLabels::insert_all(std::span<const GivenLabel> labels) noexcept {
  begin_ = reinterpret_cast<LabelPair*>(local_);
  std::uint64_t prefixes[kLocal];
  const std::uint64_t overflow = prefix_of(kOverflowLabel);
  for (const GivenLabel& given : labels) {
    const LabelPair label{given.name(), given.value()};
    const std::uint64_t prefix = prefix_of(label.name);
    std::size_t i = size_++;
    new (begin_ + i) LabelPair{label};
    have_empty_ = have_empty_ || label.value.empty();
    if (prefix == overflow && label.name == kOverflowLabel) [[unlikely]]
      have_overflow_ = true;
    const auto is_before = [&](std::size_t other) {
      return prefix != prefixes[other] ? prefix < prefixes[other] : label.name < begin_[other].name;
    };
    for (; i > 0 && is_before(i - 1); --i) {
      begin_[i] = begin_[i - 1];
      prefixes[i] = prefixes[i - 1];
    }
    begin_[i] = label;
    prefixes[i] = prefix;
    if (i > 0 && prefixes[i - 1] == prefix && begin_[i - 1].name == label.name) [[unlikely]]
      return begin_ + i;
  }
  return nullptr;
}

const LabelPair* SortedLabels::sort_all(std::span<const GivenLabel> labels) {
  large_.reserve(labels.size());
  for (const GivenLabel& label : labels) large_.push_back({label.name(), label.value()});
  std::sort(large_.begin(), large_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  begin_ = large_.data();
  size_ = large_.size();
  have_empty_ = true;  // perhaps
  have_overflow_ = std::any_of(large_.begin(), large_.end(), [](const auto& l) { return l.name == kOverflowLabel; });
  const auto are_same = [](const LabelPair& a, const LabelPair& b) { return a.name == b.name; };
  const auto twice = std::adjacent_find(large_.begin(), large_.end(), are_same);
  return twice == large_.end() ? nullptr : &*twice;
}

void SortedLabels::drop_empty() noexcept {
  const auto is_empty = [](const LabelPair& label) { return label.value.empty(); };
  size_ = static_cast<std::size_t>(std::remove_if(begin_, begin_ + size_, is_empty) - begin_);
}

}  // namespace vitals::detail
