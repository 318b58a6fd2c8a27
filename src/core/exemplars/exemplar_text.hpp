#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <vitals/exemplar.hpp>
#include <vitals/snapshot.hpp>

#include "core/text/limits.hpp"

namespace vitals::detail {

/// Why an exemplar was not kept; the labels of vitals_exemplars_dropped_total.
enum class ExemplarDrop : std::uint8_t { None, TooLong, Invalid, Busy };

/// The labels of an exemplar as bytes: for each label the length of its name (one byte), that of its value (two bytes),
/// the name and the value. kMaxBytes are enough for 128 code points of four bytes: the three bytes for lengths are made
/// up for by the name, which has at least one code point of a single byte.
class ExemplarText {
 public:
  static constexpr std::size_t kMaxBytes = 4 * kMaxExemplarCodePoints;

  /// Checks the labels, makes their values valid UTF-8, and copies them.
  explicit ExemplarText(ExemplarLabels labels) noexcept;

  [[nodiscard]] ExemplarDrop drop() const noexcept { return drop_; }
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_, size_}; }

  /// The labels of view() again.
  static void read(std::string_view text, std::vector<Label>& out);

 private:
  [[nodiscard]] ExemplarDrop add(const LabelPair& label) noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept;

  std::size_t size_ = 0;
  std::size_t code_points_ = 0;
  ExemplarDrop drop_ = ExemplarDrop::None;
  char bytes_[kMaxBytes];
};

}  // namespace vitals::detail
