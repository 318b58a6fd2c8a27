#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string_view>

namespace vitals::tool {

struct Label {
  std::string_view name;
  std::string_view value;  ///< unescaped
};

/// One line of an exposition. Views are valid during the call only.
struct Sample {
  std::string_view name;
  std::span<const Label> labels;
  double value;
  std::size_t line;
};

/// The text is not what it claims to be: what() says "line N: rule".
class ExpositionError : public std::runtime_error {
 public:
  ExpositionError(std::size_t line, std::string_view what);
};

struct ExpositionSink {
  std::function<void(std::string_view name, std::string_view type)> on_type;
  std::function<void(const Sample&)> on_sample;
};

/// Parses Prometheus text 0.0.4 as strictly as Prometheus does (docs/instrumenting/exposition_formats): one bad line
/// fails the whole text, since a half-read scrape gives a wrong verdict. Trailing blanks are tolerated.
/// Memory: a table of metric names, limited; nothing grows with the number of samples. The text must be one of at most
/// kMaxExpositionBytes; whoever reads it from outside enforces that.
void parse_exposition(std::string_view text, const ExpositionSink& sink);

inline constexpr std::size_t kMaxExpositionBytes = std::size_t{64} << 20;

}  // namespace vitals::tool
