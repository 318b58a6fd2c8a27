#pragma once

#include <concepts>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <vitals/detail/label_name.hpp>

namespace vitals {

class LabelNames;

namespace detail {
template <class Range>
concept NameRange = !NameText<std::remove_cvref_t<Range>> && !std::same_as<std::remove_cvref_t<Range>, LabelNames> &&
                    requires(Range & names) {
  { *std::begin(names) } -> std::convertible_to<std::string_view>;
  std::end(names);
};
}  // namespace detail

/// The label names of a metric where they are known only when the program runs: read from its configuration, or chosen
/// by others. What is declared with it is a DynamicFamily. A plain value, which owns its texts; the names are checked
/// where the metric is declared.
class LabelNames {
 public:
  /// LabelNames{"zone", "rack"}. None at all is a metric without labels.
  LabelNames(std::initializer_list<detail::LabelName> names) : names_{names.begin(), names.end()} {}
  /// Of any range of texts: LabelNames{names}.
  template <class Names, class = std::enable_if_t<detail::NameRange<Names>>>
  explicit LabelNames(Names&& names) {
    for (auto&& name : names) names_.emplace_back(std::string_view{name});
  }

  /// Each series has label names of its own: any that a label may have, and any number of them.
  [[nodiscard]] static LabelNames any() {
    LabelNames names{};
    names.is_any_ = true;
    return names;
  }

  /// In the order in which they are exposed; none if they are any.
  [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }
  [[nodiscard]] bool is_any() const noexcept { return is_any_; }

 private:
  std::vector<std::string> names_;
  bool is_any_ = false;
};

}  // namespace vitals
