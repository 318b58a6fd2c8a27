#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// Names, and bcrypt's hash of each one's password.
using Users = std::map<std::string, std::string, std::less<>>;

/// What is wrong with the name of a user, and how to mend it; nothing if it is good.
[[nodiscard]] std::optional<std::string> user_name_fault(std::string_view name);

/// Reads a file as htpasswd -B writes it: a line `name:$2y$…` for each user; blank lines and those that begin with #
/// are skipped. Throws std::invalid_argument with every mistake on a line of its own: file:line, the rule, the fix; if
/// there is no user, too. No message shows a hash.
[[nodiscard]] Users read_users_file(const std::string& path);

}  // namespace vitals::detail
