#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lint/rules.hpp"

namespace vitals::detail {

struct LineLabel {
  std::string_view name;
  std::string_view value;  ///< unescaped
  std::size_t column;      ///< of the name
  std::size_t value_column;
};

struct LineNumber {
  double value = 0;
  std::string_view text{};
  std::size_t column = 0;
};

struct LineExemplar {
  std::vector<LineLabel> labels{};
  LineNumber value{};
  std::optional<LineNumber> timestamp{};
  std::size_t column = 0;
};

/// Why a line is not what its format allows.
struct LineFault {
  std::size_t column;
  LintRule rule;
  std::string message;
};

/// One line of a text exposition. Columns are bytes from 1.
struct ExpositionLine {
  enum class Kind { Blank, Comment, Help, Type, Unit, Eof, Sample };

  Kind kind = Kind::Blank;
  std::string_view name{};
  std::size_t name_column = 0;
  bool quoted_name = false;  ///< the metric's or a label's
  std::string_view text{};   ///< of Help, Type and Unit: what follows the name, as it is written
  std::size_t text_column = 0;
  std::vector<LineLabel> labels{};
  LineNumber value{};
  std::optional<LineNumber> timestamp{};
  std::optional<LineExemplar> exemplar{};
  std::optional<LineFault> fault{};  ///< if there is one, the other members are incomplete
  std::vector<LineFault> odd{};      ///< allowed, but better written otherwise
};

}  // namespace vitals::detail
