#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/http/http_options.hpp>
#include <vitals/label_pair.hpp>

namespace vitals::detail {

// HttpOptions::labels. Each combination of values has a number, which is all that a request keeps of them: 0 is that of
// a request without any. Immutable.
class UserLabels {
 public:
  /// Throws std::invalid_argument for values that repeat or are empty, and for more than kMaxCombinations.
  explicit UserLabels(std::vector<HttpLabel> labels);

  [[nodiscard]] std::size_t combinations() const noexcept { return combinations_; }
  /// Those in which each label has one of its values.
  [[nodiscard]] std::vector<std::uint16_t> listed() const;
  /// That of a request by its headers. What a callback throws makes its label `_OTHER`.
  [[nodiscard]] std::uint16_t of(const RequestHeaders& headers) const noexcept;
  /// A combination with another value of label i; the same if there is no such label.
  [[nodiscard]] std::uint16_t with(std::uint16_t combination, std::size_t i, std::string_view value) const noexcept;

  void append_names(std::vector<std::string>& names) const;
  /// The label pairs of a combination.
  void append(std::uint16_t combination, std::vector<LabelPair>& labels) const;

  static constexpr std::size_t kMaxCombinations = 1'000;

 private:
  // 0 is no value, the one after the last is `_OTHER`.
  [[nodiscard]] static std::size_t places(const HttpLabel& label) noexcept { return label.values.size() + 2; }
  [[nodiscard]] static std::size_t place_of(const HttpLabel& label, std::string_view value) noexcept;

  std::vector<HttpLabel> labels_;
  std::size_t combinations_ = 1;
};

}  // namespace vitals::detail
