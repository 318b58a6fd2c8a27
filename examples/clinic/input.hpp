#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace clinic {

// Reads what clients send. All functions throw Problem 400 with a reason that names the field. Text is valid UTF-8
// without NUL, as PostgreSQL wants it.

/// The object in a request's body.
nlohmann::json parse_object(std::string_view body);

std::int64_t required_integer(const nlohmann::json& object, const char* field, std::int64_t least, std::int64_t most);
std::string required_text(const nlohmann::json& object, const char* field, std::size_t most_bytes);
/// Empty when it is missing or null.
std::string optional_text(const nlohmann::json& object, const char* field, std::size_t most_bytes);

/// A parameter of the query, in decimal digits.
std::int64_t parse_integer(std::string_view text, const char* name, std::int64_t least, std::int64_t most);

/// The text itself, if it is a date of the calendar like 2024-10-25, of the years 2000 to 2099.
std::string parse_date(std::string_view text, const char* name);
/// The same for a time of the clinic like 2024-10-25T10:00:00; the seconds may be left out.
std::string parse_time(std::string_view text, const char* name);

}  // namespace clinic
