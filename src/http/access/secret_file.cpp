#include "http/access/secret_file.hpp"

#include <algorithm>
#include <stdexcept>

#include "core/text/printable.hpp"
#include "http/access/small_file.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxToken = 4096;  // with its header in a request's 8 KiB
constexpr std::string_view kTokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";

std::string_view without_blanks_around(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

}  // namespace

std::optional<std::string> bearer_token_fault(std::string_view token) {
  if (token.empty()) return "there is no token; make one with: openssl rand -hex 32";
  if (token.size() > kMaxToken) return "a token has at most 4096 characters; take a shorter one";
  const auto end = token.find_last_not_of('=') + 1;  // npos + 1 is 0
  if (end == 0 || token.substr(0, end).find_first_not_of(kTokenCharacters) != token.npos)
    return "a token has letters, digits and - . _ ~ + / with = at its end alone; make one with: openssl rand -hex 32";
  return std::nullopt;
}

std::string read_bearer_token_file(const std::string& path) {
  const auto text = small_file(path, 2 * kMaxToken, "a file with a bearer token in one line");
  const auto token = without_blanks_around(text);
  const auto before = std::string_view{text}.substr(0, static_cast<std::size_t>(token.data() - text.data()));
  const auto line = token.empty() ? 1 : std::ranges::count(before, '\n') + 1;
  const auto refuse = [&](std::ptrdiff_t at, const std::string& rule_and_fix) {
    throw std::invalid_argument(printable(path, 4096) + ':' + std::to_string(at) + ": " + rule_and_fix);
  };
  if (token.find('\n') != token.npos) refuse(line + 1, "there is a second line; keep the one with the token");
  if (const auto fault = bearer_token_fault(token)) refuse(line, *fault);
  return std::string{token};
}

}  // namespace vitals::detail
