#pragma once

#include <pqxx/pqxx>
#include <string>

#include "page.hpp"

namespace clinic {

/// A row as a JSON object: a column is a field, in the query's order; numbers and booleans keep their type, the rest is
/// text. Written straight from libpqxx's text: a page of 20 rows as JSON values would be hundreds of allocations.
std::string to_json(const pqxx::row& row);

/// The answer to a list request: {"items": […], "limit": …, "offset": …, "next_offset": … or null}.
/// `rows` has up to page.fetch() rows.
std::string to_list(const pqxx::result& rows, Page page);

}  // namespace clinic
