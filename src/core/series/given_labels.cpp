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

template <class Word>
bool are_equal_words(const char* a, const char* b) noexcept {
  Word x = 0;
  Word y = 0;
  std::memcpy(&x, a, sizeof x);
  std::memcpy(&y, b, sizeof y);
  return x == y;
}

// Inline, since names are short: a call of memcmp takes as long as the rest of a look-up by name.
bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const std::size_t n = a.size();
  if (n != b.size()) return false;
  const char* x = a.data();
  const char* y = b.data();
  if (n >= 8) {
    for (std::size_t i = 0; i + 8 < n; i += 8) {
      if (!are_equal_words<std::uint64_t>(x + i, y + i)) return false;
    }
    return are_equal_words<std::uint64_t>(x + n - 8, y + n - 8);
  }
  if (n >= 4) return are_equal_words<std::uint32_t>(x, y) && are_equal_words<std::uint32_t>(x + n - 4, y + n - 4);
  return n == 0 || (x[0] == y[0] && x[n / 2] == y[n / 2] && x[n - 1] == y[n - 1]);
}

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

[[noreturn]] [[gnu::noinline]] void refuse_unknown(std::string_view metric, std::span<const std::string> names,
                                                   std::string_view label) {
  std::string known;
  for (const std::string& name : names) known += (known.empty() ? "" : ", ") + name;
  refuse(metric, "label \"" + to_valid_utf8(label) + "\" was not declared; use one of {" + known +
                     "}, or declare the metric with LabelNames::any()");
}

[[noreturn]] [[gnu::noinline]] void refuse_twice(std::string_view metric, std::string_view label) {
  refuse(metric, "label \"" + to_valid_utf8(label) + "\" is given twice; leave one of them out");
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

void order_values(std::string_view metric, std::span<const std::string> names, std::span<const GivenLabel> labels,
                  std::string_view* values) {
  std::size_t guess = 0;
  for (const GivenLabel& label : labels) {
    const std::size_t i = position(names, label.name(), guess);
    if (i == names.size()) [[unlikely]]
      refuse_unknown(metric, names, label.name());
    if (values[i].data() != nullptr) [[unlikely]]
      refuse_twice(metric, label.name());
    const std::string_view value = label.value();
    values[i] = {value.data() == nullptr ? "" : value.data(), value.size()};
    guess = i + 1;
  }
}

SortedLabels::SortedLabels(std::string_view metric, std::span<const GivenLabel> labels) {
  if (labels.size() > kLocal) {
    sort(labels);
  } else {
    begin_ = reinterpret_cast<LabelPair*>(local_);
    std::uint64_t prefixes[kLocal];
    for (const GivenLabel& label : labels) insert({label.name(), label.value()}, prefixes);
  }
  const auto is_overflow = [](const LabelPair& label) { return is_same_name(label.name, kOverflowLabel); };
  const auto are_same = [](const LabelPair& a, const LabelPair& b) { return is_same_name(a.name, b.name); };
  const auto twice = std::adjacent_find(begin_, begin_ + size_, are_same);
  if (twice != begin_ + size_) refuse_twice(metric, twice->name);
  drop_empty();
  have_overflow_ = std::any_of(begin_, begin_ + size_, is_overflow);
}

// By insertion: what comes sorted, as from a std::map, stays where it is.
void SortedLabels::insert(LabelPair label, std::uint64_t* prefixes) noexcept {
  const std::uint64_t prefix = prefix_of(label.name);
  std::size_t i = size_++;
  new (begin_ + i) LabelPair{label};
  const auto is_before = [&](std::size_t other) {
    return prefix != prefixes[other] ? prefix < prefixes[other] : label.name < begin_[other].name;
  };
  for (; i > 0 && is_before(i - 1); --i) {
    begin_[i] = begin_[i - 1];
    prefixes[i] = prefixes[i - 1];
  }
  begin_[i] = label;
  prefixes[i] = prefix;
}

void SortedLabels::sort(std::span<const GivenLabel> labels) {
  large_.reserve(labels.size());
  for (const GivenLabel& label : labels) large_.push_back({label.name(), label.value()});
  std::sort(large_.begin(), large_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  begin_ = large_.data();
  size_ = large_.size();
}

void SortedLabels::drop_empty() noexcept {
  const auto is_empty = [](const LabelPair& label) { return label.value.empty(); };
  size_ = static_cast<std::size_t>(std::remove_if(begin_, begin_ + size_, is_empty) - begin_);
}

}  // namespace vitals::detail
