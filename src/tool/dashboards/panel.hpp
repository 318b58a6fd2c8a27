#pragma once
#include <string>
#include <utility>
#include <vector>

namespace vitals::tool {

// A dashboard as it is made, before it is JSON for Grafana. Units and colours are called as Grafana calls them.

/// From which value on which colour holds.
struct Thresholds {
  std::string base = "green";
  std::vector<std::pair<double, std::string>> steps = {};
};

struct Query {
  std::string expr;
  std::string legend = {};  ///< `{{label}}` is its value; of a table: the title of its column
  bool is_dashed = false;   ///< a limit, or the past, beside the other lines
  bool has_exemplars = false;
  // Of a table's column.
  std::string unit = {};
  Thresholds thresholds = {};
};

/// A column of a table that has a label.
struct LabelColumn {
  std::string label;
  std::string title;
};

struct Panel {
  /// Ranking: a table of moments, of the whole time that is shown; Table: of its end.
  enum class Kind { Stat, Lines, Bars, Heatmap, Table, Ranking };

  Kind kind;
  std::string title;
  std::string description;  ///< what it shows, and what that is made of
  std::string unit = "short";
  int width = 8;  ///< of 24
  std::vector<Query> queries;
  Thresholds thresholds = {};
  /// What it says in place of numbers; empty: where the service works and is in use, there are some.
  std::string if_empty = {};
  std::vector<std::pair<std::string, std::string>> colors = {};  ///< of lines, by their legends
  bool is_stacked = false;
  bool is_zoomed = false;  ///< the axis begins where lines do, not at 0
  std::string step = {};   ///< at least so much between two points
  std::string link = {};   ///< where its lines, or the rows of its table, lead to

  // Of a table.
  std::vector<LabelColumn> labels = {};
  std::string sorted_by = {};  ///< a title
  bool is_ascending = false;
  int most = 0;  ///< rows; 0: all
};

struct PanelRow {
  std::string title;
  std::vector<Panel> panels;
};

/// A list to choose from, beside that of datasources.
struct Variable {
  std::string name;
  std::string label;
  std::string query;
};

struct TimeLink {
  std::string title;
  std::string from;
};

struct Dashboard {
  std::string name;  ///< of its file, and of its address
  std::string title;
  std::string description;
  std::vector<PanelRow> rows;
  std::string from = "now-1h";
  std::string refresh = "30s";
  std::vector<Variable> variables = {};  ///< besides job and instance
  std::vector<TimeLink> times = {};
};

}  // namespace vitals::tool
