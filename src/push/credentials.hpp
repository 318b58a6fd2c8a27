#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <vitals/push.hpp>

namespace vitals::detail {

/// What one push shows to the gateway, and nobody else may see.
struct PushCredentials {
  std::string authorization;         ///< the value of that header; empty: none
  std::vector<std::string> secrets;  ///< texts that must not stand in a message
};

/// Reads the files among them anew: tokens are replaced while a program runs. Throws std::runtime_error that names
/// option, file and fix.
[[nodiscard]] PushCredentials read_credentials(const PushOptions& options);

/// `text` with *** for each secret.
[[nodiscard]] std::string without_secrets(std::string text, const PushCredentials& credentials);

/// The first 64 KiB of a file; if there are none, `why` and the fix, for which `wanted` says what to give.
[[nodiscard]] std::string beginning_of(const std::string& path, const char* wanted, std::string& why);

/// Whether a text has no control characters, and so no end of a line.
[[nodiscard]] bool is_one_line(std::string_view text) noexcept;

}  // namespace vitals::detail
