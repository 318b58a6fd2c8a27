#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::tool {

/// What of a statement may be shown, in one line: of SELECT, INSERT, UPDATE, DELETE and MERGE the text without
/// comments, with ? for each literal; of all others the operation and the table alone, as `ALTER ROLE … PASSWORD` and
/// the like carry secrets. Cut with "…" after about `limit` bytes.
std::string shown_sql(std::string_view sql, std::size_t limit);

/// "UPDATE clients", "COMMIT"
std::string kind_of_sql(std::string_view sql);

}  // namespace vitals::tool
