#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <ranges>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <vitals/detail/label_name.hpp>
#include <vitals/family.hpp>

namespace vitals::detail {

/// A label as it is given to a DynamicFamily, {"zone", "a"}: a name, and a value as Family::with() takes it. Lives as
/// long as the full expression that makes it.
class GivenLabel {
 public:
  template <NameText Name, LabelValue Value>
  GivenLabel(const Name& name, const Value& value) : name_{label_argument(name)}, value_{label_argument(value)} {}
  template <class Name, class... More>
  GivenLabel(const Name&, const More&...) {
    static_assert(kNever<Name>,
                  "vitals: give each label as a pair of its name and its value, which is a text, an integer, a bool or "
                  "an enumerator with label_text(): with({{\"zone\", \"a\"}, {\"rack\", 7}})");
  }
  GivenLabel(const GivenLabel&) = delete;
  GivenLabel& operator=(const GivenLabel&) = delete;

  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] std::string_view value() const noexcept { return value_.view(); }

 private:
  std::string_view name_{};
  LabelText value_{std::string_view{}};
};

// The parts of what is a label in the programs of others: a std::pair, as in maps, or a struct with a name and a value,
// such as vitals::Label and vitals::LabelPair.
template <class Pair>
constexpr const auto& name_of(const Pair& pair) noexcept {
  if constexpr (requires { pair.first; }) {
    return pair.first;
  } else {
    return pair.name;
  }
}
template <class Pair>
constexpr const auto& value_of(const Pair& pair) noexcept {
  if constexpr (requires { pair.first; }) {
    return pair.second;
  } else {
    return pair.value;
  }
}

// A part that is there as long as the range, though the pair that has it be gone.
template <class Part>
concept LastingPart = !std::convertible_to<const Part&, std::string_view> || LastingText<Part>;

template <class Pair>
concept LabelLike = (
                        requires(const Pair& pair) {
                          pair.first;
                          pair.second;
                        } ||
                        requires(const Pair& pair) {
                          pair.name;
                          pair.value;
                        }) &&
                    requires(const Pair& pair) {
  requires NameText<std::remove_cvref_t<decltype(name_of(pair))>>;
  requires LabelValue<std::remove_cvref_t<decltype(value_of(pair))>>;
};
template <class Pair>
concept LastingPair = LastingPart<std::remove_cvref_t<decltype(name_of(std::declval<const Pair&>()))>> &&
    LastingPart<std::remove_cvref_t<decltype(value_of(std::declval<const Pair&>()))>>;

template <class Range>
concept LabelRange = std::ranges::forward_range<Range> && LabelLike<std::ranges::range_value_t<Range>> &&
    (std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>> ||
     LastingPair<std::ranges::range_value_t<Range>>);

/// The labels of a map, or of another range. Allocates if there are more than 32.
class GivenLabels {
 public:
  template <class Range>
  explicit GivenLabels(Range& range) {
    std::size_t n = 0;  // counted by hand, since libc++ 14 can't count a range
    for (auto i = std::ranges::begin(range); i != std::ranges::end(range); ++i) ++n;
    std::byte* at = local_;
    if (n > kLocal) {
      large_.reset(new Place[n]);
      at = large_[0].bytes;
    }
    begin_ = reinterpret_cast<GivenLabel*>(at);
    for (auto&& pair : range) new (begin_ + size_++) GivenLabel{name_of(pair), value_of(pair)};
  }
  GivenLabels(const GivenLabels&) = delete;
  GivenLabels& operator=(const GivenLabels&) = delete;

  [[nodiscard]] const GivenLabel* begin() const noexcept { return begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static_assert(std::is_trivially_destructible_v<GivenLabel>);
  struct Place {
    alignas(GivenLabel) std::byte bytes[sizeof(GivenLabel)];
  };
  static constexpr std::size_t kLocal = 32;

  alignas(GivenLabel) std::byte local_[kLocal * sizeof(GivenLabel)];  // not filled: the stack is there anyway
  std::unique_ptr<Place[]> large_;
  GivenLabel* begin_;
  std::size_t size_ = 0;
};

}  // namespace vitals::detail
