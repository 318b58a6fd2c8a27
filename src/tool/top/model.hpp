#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tool/check/judge.hpp"

namespace vitals::tool {

// What `vitals top` shows of a service at one moment, whatever it is shown on. Plain values; texts that others chose
// are in it as they are.

/// A figure of the whole service.
struct Tile {
  std::string label;
  std::string value = "-";
  std::optional<double> number{};  ///< the same
  std::string target{};            ///< "<= 150ms"; empty: none is declared
  std::optional<Verdict> verdict{};
  std::string note{};          ///< why there is no value, or what there is to say about it
  std::vector<double> past{};  ///< over the time from each scrape to the next, the newest last; NaN where unknown
};

struct Cell {
  std::string text;
  std::optional<double> number{};    ///< what it sorts by; without one by its text
  std::optional<Verdict> verdict{};  ///< shown as a sign before the text
};

struct Column {
  std::string title;
  bool is_number = true;
  int rank = 0;  ///< where there is no room, those of the highest rank are left out first; those of 0 never are
};

struct TableRow {
  std::vector<Cell> cells;
};

/// A view. Its rows are in the order that it has unless somebody sorts it by a column.
struct Table {
  std::string name;
  std::vector<Column> columns;
  std::size_t sorted_by = 0;
  bool is_descending = false;
  std::vector<TableRow> rows{};
  std::string note{};  ///< why there are no rows
};

/// The figures and tables of a window.
struct Model {
  std::string source;               ///< the address, without credentials
  double at = 0;                    ///< when the last scrape came, in seconds since 1970
  std::optional<double> seconds{};  ///< the window; nothing before the second scrape
  std::optional<double> started{};  ///< when the process began
  std::vector<Tile> tiles{};
  std::vector<Table> tables{};
  std::optional<Verdict> verdict{};  ///< the worst of all targets
  std::string summary{};             ///< the same in words, with what is worst
  std::string fault{};               ///< why nothing can be told of the window
  std::string event{};               ///< the last restart or reset
  double event_at = 0;
  std::string failure{};  ///< why there is no answer; empty: there is
  double failing_since = 0;
};

}  // namespace vitals::tool
