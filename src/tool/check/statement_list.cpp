#include "tool/check/statement_list.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <fmt/core.h>

#include "tool/text/json_text.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < widths.size(); ++i) out += fmt::format("{:>{}}  ", cells[i], widths[i]);
  return out + cells.back();
}

}  // namespace

std::vector<std::string> cells(const ListedStatement& statement) {
  return {format_seconds(statement.mean),
          format_count(statement.calls),
          format_seconds(statement.total),
          fmt::format("{:.1f} %", statement.share * 100),
          format_seconds(statement.min),
          format_seconds(statement.max),
          printable(statement.text, statement.text.size())};
}

std::vector<std::string> lines(const StatementList& list) {
  std::vector<std::vector<std::string>> table{{"mean", "calls", "total", "share", "shortest", "longest", "statement"}};
  for (const auto& statement : list.statements) table.push_back(cells(statement));
  std::vector<std::size_t> widths(table[0].size() - 1);  // the last column is as wide as it is
  for (const auto& row : table) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::vector<std::string> out{list.title};
  for (const auto& row : table) out.push_back(line(row, widths));
  return out;
}

std::string to_json(const StatementList& list) {
  std::string out = json_text(list.key) + ": [";
  std::string_view separator = "\n  ";
  for (const auto& statement : list.statements) {
    out += fmt::format(
        "{}{{\"query_type\": {}, \"table\": {}, \"statement\": {}, \"calls\": {}, \"mean_seconds\": {}, "
        "\"total_seconds\": {}, "
        "\"share\": {}, \"min_seconds\": {}, \"max_seconds\": {}}}",
        separator, json_text(statement.query_type), json_text(statement.table), json_text(statement.text),
        statement.calls, statement.mean, statement.total, statement.share, statement.min, statement.max);
    separator = ",\n  ";
  }
  return out + "\n]";
}

}  // namespace vitals::tool
