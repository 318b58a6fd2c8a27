#pragma once

#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/test_path.hpp"

// A row of sql_cases.tsv.
struct SqlCase {
  std::string id;
  std::string sql;
  std::string operation;
  std::string table;
};

// A field in quotes has its quotes doubled.
inline std::string unquoted(const std::string& field) {
  if (!field.starts_with('"')) return field;
  std::string out;
  for (std::size_t i = 1; i + 1 < field.size(); ++i) {
    out.push_back(field[i]);
    if (field[i] == '"') ++i;
  }
  return out;
}

// \n is a line break, \\ a backslash.
inline std::string unescaped(const std::string& field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 1 < field.size() && (field[i + 1] == 'n' || field[i + 1] == '\\')) {
      out.push_back(field[++i] == 'n' ? '\n' : '\\');
    } else {
      out.push_back(field[i]);
    }
  }
  return out;
}

inline std::vector<SqlCase> sql_cases() {
  std::ifstream file{test_path("postgres/sql/sql_cases.tsv")};
  if (!file) throw std::runtime_error{"can't read sql_cases.tsv"};
  std::vector<SqlCase> cases;
  std::string line;
  std::getline(file, line);  // the heading
  while (std::getline(file, line)) {
    std::vector<std::string> fields;
    for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
      end = line.find('\t', begin);
      fields.push_back(unquoted(line.substr(begin, end - begin)));
    }
    cases.push_back({fields.at(0), unescaped(fields.at(1)), fields.at(2), fields.at(3)});
  }
  return cases;
}
