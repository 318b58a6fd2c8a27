#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitals::tool {

/// The labels of a series, sorted by name.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// The value of a label; empty when it is missing, as in PromQL.
std::string_view label_value(const Labels& labels, std::string_view name);

/// Whether `text` is what `pattern` says: `*` stands for any bytes, `?` for one, `\` takes the next byte as it is.
/// Linear in memory, at most length times length in time.
bool glob_match(std::string_view pattern, std::string_view text) noexcept;

/// One label and the globs of which one must match.
struct Matcher {
  std::string label;
  std::vector<std::string> globs;

  bool operator==(const Matcher&) const = default;
};

/// Matchers that must all hold.
struct Clause {
  std::vector<Matcher> matchers;

  [[nodiscard]] bool matches(const Labels& labels) const;
  /// For messages: method="GET", endpoint="/a".
  [[nodiscard]] std::string text() const;

  bool operator==(const Clause&) const = default;
};

/// Clauses of which one must hold; an empty list holds for no series.
struct Selector {
  std::vector<Clause> clauses;

  [[nodiscard]] bool matches(const Labels& labels) const;

  bool operator==(const Selector&) const = default;
};

}  // namespace vitals::tool
