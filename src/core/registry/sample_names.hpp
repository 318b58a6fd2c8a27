#pragma once

#include <map>
#include <string>
#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// The names of all lines that a registry's families have in any format, so that no two families claim the same one.
/// Names that some escaping makes equal count as equal.
class SampleNames {
 public:
  /// The line's name that another family has, and that family's; empty if there is none.
  struct Clash {
    std::string line;
    std::string family;
  };

  [[nodiscard]] Clash find_clash(std::string_view name, MetricType type) const;
  /// REQUIRES: no clash.
  void claim(std::string_view name, MetricType type);
  void release(std::string_view name, MetricType type) noexcept;

 private:
  std::map<std::string, std::string, std::less<>> taken_;  // to the family's name
};

/// Why a family is refused that has such a clash, and what to do.
[[nodiscard]] std::string clash_text(const SampleNames::Clash& clash);

}  // namespace vitals::detail
