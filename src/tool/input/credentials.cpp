#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>

#include "tool/input/fetch.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxFile = std::size_t{64} << 10;
constexpr const char* kTokenVariable = "VITALS_BEARER_TOKEN";
constexpr const char* kPasswordVariable = "VITALS_PASSWORD";
// What the request says itself; a second one would contradict it.
constexpr std::array<std::string_view, 6> kOwn{"accept",         "accept-encoding",   "connection",
                                               "content-length", "transfer-encoding", "host"};

[[noreturn]] void fail(const std::string& what) { throw std::invalid_argument(what); }

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_token(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != kOthers.npos;
  });
}

// A line feed in a header would begin another one.
bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string secret_of_file(const char* option, const std::string& path) {
  std::string secret(trimmed(read_file(path, kMaxFile)));
  if (secret.empty() || !is_one_line(secret)) fail(fmt::format("{}: {} must hold one line", option, path));
  return secret;
}

void add_header(std::vector<std::string>& headers, std::string_view line, std::string_view where) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  if (colon == line.npos || !is_token(name) || !is_one_line(line))
    fail(fmt::format("{} must be 'Name: value', on one line", where));
  const auto lower = lower_case(name);
  if (std::find(kOwn.begin(), kOwn.end(), lower) != kOwn.end())
    fail(fmt::format("{}: {} is chosen by vitals; leave it out", where, name));
  const auto value = trimmed(line.substr(colon + 1));
  // libcurl leaves a header out that has nothing behind its colon, and sends one that ends in a semicolon without
  // value.
  headers.push_back(value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value));
}

void add_headers(std::vector<std::string>& headers, const std::string& option) {
  if (!option.starts_with('@')) return add_header(headers, option, "--header");
  const auto path = option.substr(1);
  const std::string text = read_file(path, kMaxFile);
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!trimmed(line).empty()) add_header(headers, trimmed(line), fmt::format("--header: {}:{}", path, number));
  }
}

// As add_header() writes them: "Name: value" or "Name;".
bool has_authorization(const std::vector<std::string>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const std::string& header) {
    return lower_case(header.substr(0, header.find_first_of(":;"))) == "authorization";
  });
}

}  // namespace

Credentials credentials_of(const CredentialOptions& options) {
  Credentials result;
  result.tls = options.tls;
  for (const auto& header : options.headers) add_headers(result.headers, header);
  const bool header = has_authorization(result.headers);
  const bool bearer = !options.bearer_token.empty() || !options.bearer_token_file.empty();
  const bool user = !options.user.empty();
  if (header + bearer + user > 1)
    fail("--bearer-token, --user and a header Authorization exclude each other; give one of them");
  if (!options.password_file.empty() && !user) fail("--password-file needs --user");

  if (user) {
    const auto colon = options.user.find(':');
    result.user = options.user.substr(0, colon);
    if (colon != std::string::npos) {
      if (!options.password_file.empty())
        fail("--user has a password, and so has --password-file; leave one of them out");
      result.password = options.user.substr(colon + 1);
    } else {
      const char* password = std::getenv(kPasswordVariable);
      if (options.password_file.empty() && !password)
        fail(fmt::format("--user has no password; give --password-file, or set {}", kPasswordVariable));
      result.password = options.password_file.empty() ? std::string(password)
                                                      : secret_of_file("--password-file", options.password_file);
    }
    return result;
  }
  std::string token = options.bearer_token;
  if (!options.bearer_token_file.empty()) token = secret_of_file("--bearer-token-file", options.bearer_token_file);
  if (const char* value = std::getenv(kTokenVariable); value && token.empty() && !header) token = value;
  if (token.empty()) return result;
  if (!is_one_line(token)) fail("the bearer token must be one line");
  result.headers.push_back("Authorization: Bearer " + token);
  return result;
}

}  // namespace vitals::tool
