#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/detail/given_label.hpp>
#include <vitals/label_pair.hpp>

namespace vitals::detail {

// Labels as users give them, with their names and in any order, brought into an order of ours. What is wrong with them
// is thrown as std::invalid_argument that names the metric.

class FamilyBase;

/// The metric that a message names: read when there is something to say, since the family may be another one by then.
class MetricName {
 public:
  MetricName(const std::string& text) noexcept : text_{&text} {}
  MetricName(const FamilyBase& family) noexcept : family_{&family} {}
  [[nodiscard]] std::string str() const;

 private:
  const std::string* text_ = nullptr;
  const FamilyBase* family_ = nullptr;
};

/// Inline, since names are short: a call of memcmp takes as long as the rest of a look-up by name.
inline bool is_same_name(std::string_view a, std::string_view b) noexcept {
  const auto are_equal_words = [](auto word, const char* x, const char* y) {
    auto other = word;
    std::memcpy(&word, x, sizeof word);
    std::memcpy(&other, y, sizeof other);
    return word == other;
  };
  const std::size_t n = a.size();
  if (n != b.size()) return false;
  const char* x = a.data();
  const char* y = b.data();
  if (n >= 8) {
    for (std::size_t i = 0; i + 8 < n; i += 8) {
      if (!are_equal_words(std::uint64_t{}, x + i, y + i)) return false;
    }
    return are_equal_words(std::uint64_t{}, x + n - 8, y + n - 8);
  }
  if (n >= 4) return are_equal_words(std::uint32_t{}, x, y) && are_equal_words(std::uint32_t{}, x + n - 4, y + n - 4);
  return n == 0 || (x[0] == y[0] && x[n / 2] == y[n / 2] && x[n - 1] == y[n - 1]);
}

/// Writes at `values` the value of each of `names`; it is empty if there is none. Throws for a label that is not one of
/// them, or is given twice. Fastest if the labels are in the order of the names.
void order_values(const MetricName& metric, std::span<const std::string> names, std::span<const GivenLabel> labels,
                  std::string_view* values);

/// Calls use with the values that order_values() writes. Allocates if there are more than 64 names.
template <class Use>
auto with_ordered_values(const MetricName& metric, std::span<const std::string> names,
                         std::span<const GivenLabel> labels, Use use) {
  constexpr std::size_t kLocal = 64;
  if (names.size() > kLocal) [[unlikely]] {
    std::vector<std::string_view> values(names.size());
    order_values(metric, names, labels, values.data());
    return use(values.data());
  }
  alignas(std::string_view) std::byte local[kLocal * sizeof(std::string_view)];  // not filled, which would take longer
  auto* values = reinterpret_cast<std::string_view*>(local);
  order_values(metric, names, labels, values);
  return use(values);
}

/// Labels in the order of their names, without those that are empty. Allocates if more than 32 are given.
class SortedLabels {
 public:
  /// Throws for a label that is given twice.
  SortedLabels(const MetricName& metric, std::span<const GivenLabel> labels);
  SortedLabels(const SortedLabels&) = delete;
  SortedLabels& operator=(const SortedLabels&) = delete;

  [[nodiscard]] std::span<const LabelPair> views() const noexcept { return {begin_, size_}; }
  /// Whether kOverflowLabel is among them.
  [[nodiscard]] bool have_overflow() const noexcept { return have_overflow_; }
  void set_value(std::size_t i, std::string_view value) noexcept { begin_[i].value = value; }

 private:
  static constexpr std::size_t kLocal = 32;

  // Each returns a label that is given twice, or null.
  [[nodiscard]] const LabelPair* insert_all(std::span<const GivenLabel> labels) noexcept;
  [[nodiscard]] const LabelPair* sort_all(std::span<const GivenLabel> labels);
  void drop_empty() noexcept;

  alignas(LabelPair) std::byte local_[kLocal * sizeof(LabelPair)];  // not filled: the stack is there anyway
  std::vector<LabelPair> large_;
  LabelPair* begin_;
  std::size_t size_ = 0;
  bool have_empty_ = false;
  bool have_overflow_ = false;
};

}  // namespace vitals::detail
