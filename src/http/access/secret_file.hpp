#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// What is wrong with a bearer token, by RFC 6750 (b64token), and how to mend it; nothing if it is good. Never shows
/// the token.
[[nodiscard]] std::optional<std::string> bearer_token_fault(std::string_view token);

/// The bearer token of a file that has it in one line, without blanks around it. Throws std::invalid_argument with
/// file:line, the rule and the fix. No message shows the token.
[[nodiscard]] std::string read_bearer_token_file(const std::string& path);

}  // namespace vitals::detail
