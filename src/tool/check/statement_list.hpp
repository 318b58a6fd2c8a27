#pragma once
#include <string>
#include <vector>

namespace vitals::tool {

/// A statement of a database in a list of a report. Times are in seconds.
struct ListedStatement {
  std::string query_type, table, text;
  double calls = 0;
  double mean = 0;
  double total = 0;
  double share = 0;  ///< of the time of all statements
  double min = 0;    ///< since the statistics were reset, also in a window
  double max = 0;
};

struct StatementList {
  std::string key;    ///< in JSON
  std::string title;  ///< for people
  std::vector<ListedStatement> statements;
};

/// A list as a table of aligned columns for people: the title, a heading, a line for each statement.
std::vector<std::string> lines(const StatementList& list);
/// The same as cells: mean, calls, total, share, shortest, longest, statement.
std::vector<std::string> cells(const ListedStatement& statement);
/// As a member of a JSON object: "key": [...].
std::string to_json(const StatementList& list);

}  // namespace vitals::tool
