#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// Takes the escapes out of a name or value of application/x-www-form-urlencoded, in which '+' is a blank. Nothing if
/// an escape is none. Only as much as `limit` bytes and one.
[[nodiscard]] std::optional<std::string> decode_form(std::string_view text, std::size_t limit);

/// Takes the first parameter off a query: "a=1&b=2" becomes "b=2".
struct FormParameter {
  std::string_view name;  // as they stand there
  std::string_view value;
};
[[nodiscard]] FormParameter take_form_parameter(std::string_view& query) noexcept;

/// The value of the first parameter of that name. Nothing: there is none that can be read, of at most 1,024 bytes.
[[nodiscard]] std::optional<std::string> form_value(std::string_view query, std::string_view name);

}  // namespace vitals::detail
