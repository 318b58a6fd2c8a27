#pragma once

#include <string>

namespace vitals::testing {

/// The bcrypt hash of a password, with a salt that is always the same.
[[nodiscard]] std::string hash_of(const std::string& password, int cost = 4);

[[nodiscard]] std::string base64(const std::string& bytes);

/// The header Authorization of `name:password`.
[[nodiscard]] inline std::string basic(const std::string& login) { return "Basic " + base64(login); }

}  // namespace vitals::testing
