#include "input.hpp"

#include <charconv>
#include <chrono>
#include <optional>

#include <nlohmann/json.hpp>

#include "problem.hpp"

namespace clinic {
namespace {

using nlohmann::json;

const json& required(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || found->is_null()) throw bad_request(std::string{field} + " is missing");
  return *found;
}

std::string text_of(const json& value, const char* field, std::size_t most_bytes) {
  if (!value.is_string()) throw bad_request(std::string{field} + " must be a string");
  std::string text = value.get<std::string>();
  if (text.size() > most_bytes) {
    throw bad_request(std::string{field} + " is longer than " + std::to_string(most_bytes) + " bytes");
  }
  if (text.find('\0') != std::string::npos) throw bad_request(std::string{field} + " must not contain U+0000");
  return text;
}

std::int64_t in_range(std::int64_t value, const char* name, std::int64_t least, std::int64_t most) {
  if (value < least || value > most) {
    throw bad_request(std::string{name} + " must be from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

// The number in exactly these digits.
std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = 10 * value + (c - '0');
  }
  return value;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = digits(text.substr(0, 4)), month = digits(text.substr(5, 2)), day = digits(text.substr(8, 2));
  if (!year || !month || !day || *year < 2000 || *year > 2099) return false;
  return std::chrono::year_month_day{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                     std::chrono::day{static_cast<unsigned>(*day)}}
      .ok();
}

// hh:mm or hh:mm:ss
bool is_time_of_day(std::string_view text) {
  if (text.size() == 5) return is_time_of_day(std::string{text} + ":00");
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return false;
  const auto hour = digits(text.substr(0, 2)), minute = digits(text.substr(3, 2)), second = digits(text.substr(6, 2));
  return hour && minute && second && *hour < 24 && *minute < 60 && *second < 60;
}

}  // namespace

json parse_object(std::string_view body) {
  json object = json::parse(body, nullptr, false);
  if (object.is_discarded()) throw bad_request("the body is not valid JSON");
  if (!object.is_object()) throw bad_request("the body must be a JSON object");
  return object;
}

std::int64_t required_integer(const json& object, const char* field, std::int64_t least, std::int64_t most) {
  const json& value = required(object, field);
  if (!value.is_number_integer()) throw bad_request(std::string{field} + " must be an integer");
  // Above INT64_MAX the JSON library holds it as unsigned, and get<int64_t> would wrap.
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX)
    return in_range(INT64_MAX, field, least, most);
  return in_range(value.get<std::int64_t>(), field, least, most);
}

std::string required_text(const json& object, const char* field, std::size_t most_bytes) {
  return text_of(required(object, field), field, most_bytes);
}

std::string optional_text(const json& object, const char* field, std::size_t most_bytes) {
  const auto found = object.find(field);
  return found == object.end() || found->is_null() ? std::string{} : text_of(*found, field, most_bytes);
}

std::int64_t parse_integer(std::string_view text, const char* name, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) value = text.front() == '-' ? INT64_MIN : INT64_MAX;
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    throw bad_request(std::string{name} + " must be an integer");
  }
  return in_range(value, name, least, most);
}

std::string parse_date(std::string_view text, const char* name) {
  if (!is_date(text)) throw bad_request(std::string{name} + " must be a date from 2000 to 2099, like 2024-10-25");
  return std::string{text};
}

std::string parse_time(std::string_view text, const char* name) {
  if (text.size() < 11 || text[10] != 'T' || !is_date(text.substr(0, 10)) || !is_time_of_day(text.substr(11))) {
    throw bad_request(std::string{name} + " must be a local time from 2000 to 2099, like 2024-10-25T10:00:00");
  }
  return std::string{text};
}

}  // namespace clinic
