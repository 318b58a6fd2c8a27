#include "rows.hpp"

#include <algorithm>
#include <string_view>

#include "json_text.hpp"

namespace clinic {
namespace {

// The oids of the system table pg_type.
constexpr pqxx::oid kBool = 16;
constexpr pqxx::oid kInt8 = 20;
constexpr pqxx::oid kInt2 = 21;
constexpr pqxx::oid kInt4 = 23;

void append(std::string& json, const pqxx::field& field, pqxx::oid type) {
  const std::string_view text{field.c_str(), field.size()};
  if (field.is_null()) {
    json.append("null");
  } else if (type == kBool) {
    json.append(text == "t" ? "true" : "false");
  } else if (type == kInt2 || type == kInt4 || type == kInt8) {
    json.append(text);
  } else {
    json.append(json_text(text));
  }
}

void append(std::string& json, const pqxx::row& row) {
  char separator = '{';
  for (pqxx::row::size_type i = 0; i < row.size(); ++i) {
    const pqxx::field field = row[i];
    json.append(1, separator).append("\"").append(field.name()).append("\":");
    append(json, field, field.type());
    separator = ',';
  }
  json.append("}");
}

}  // namespace

std::string to_json(const pqxx::row& row) {
  std::string json;
  append(json, row);
  return json;
}

std::string to_list(const pqxx::result& rows, Page page) {
  const auto shown = std::min<pqxx::result::size_type>(rows.size(), page.limit);
  const bool has_next = rows.size() > shown && page.offset + page.limit <= Page::kMostOffset;
  std::string json = R"({"items":[)";
  for (pqxx::result::size_type i = 0; i < shown; ++i) {
    if (i > 0) json.append(",");
    append(json, rows[i]);
  }
  json.append(R"(],"limit":)").append(std::to_string(page.limit));
  json.append(R"(,"offset":)").append(std::to_string(page.offset));
  json.append(R"(,"next_offset":)").append(has_next ? std::to_string(page.offset + page.limit) : "null");
  return json.append("}");
}

}  // namespace clinic
