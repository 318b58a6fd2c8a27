#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitals::testing {

/// A series as Prometheus tells them apart: name, and labels by name.
using SeriesKey = std::pair<std::string, std::vector<std::pair<std::string, std::string>>>;
using Samples = std::map<SeriesKey, double>;

struct TextExposition {
  Samples samples{};
  std::map<std::string, std::string> help{};
  std::map<std::string, std::string> types{};
};

enum class TextKind { Text, OpenMetrics };

/// Reads an exposition as its specification has it, independently of the library and strictly: only the escapes that
/// there are, no series twice, no label twice, no timestamps or exemplars. Throws std::runtime_error with the line.
[[nodiscard]] TextExposition parse_exposition(std::string_view text, TextKind kind = TextKind::Text);

}  // namespace vitals::testing
