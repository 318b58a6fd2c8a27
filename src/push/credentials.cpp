#include "push/credentials.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "core/text/printable.hpp"
#include "core/text/process_user.hpp"
#include "push/push_target.hpp"

namespace vitals::detail {
namespace {

// A key and a token have some kilobytes at most.
constexpr std::size_t kBeginning = std::size_t{64} << 10U;
// The value of a header may be a key, or a word such as "1" without which a message is not to be read.
constexpr std::size_t kMinSecretHeader = 8;

// The one line of a file, without the spaces around it.
std::string secret_of(const char* option, const std::string& path) {
  const auto fail = [&](const std::string& why) {
    throw std::runtime_error{std::string{option} + " \"" + printable(path) + "\": " + why};
  };
  std::string why;
  std::string text = beginning_of(path, "a file with one line", why);
  if (text.empty()) fail(why);
  constexpr const char* kSpaces = " \t\r\n";
  text.erase(text.find_last_not_of(kSpaces) + 1);
  text.erase(0, text.find_first_not_of(kSpaces));
  if (text.empty() || text.size() > kBeginning / 2 || !is_one_line(text)) fail("must hold one line, and nothing else");
  return text;
}

}  // namespace

std::string beginning_of(const std::string& path, const char* wanted, std::string& why) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  std::string text(kBeginning, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));  // nothing of a folder, which can be opened too
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.empty() && errno == EACCES) {
    why = std::generic_category().message(EACCES) + "; let " + process_user() + " read it";
  } else if (text.empty()) {
    why = (errno != 0 ? std::generic_category().message(errno) : "is empty") + "; give " + wanted;
  }
  return text;
}

bool is_one_line(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' || byte == 0x7f;
  });
}

PushCredentials read_credentials(const PushOptions& options) {
  PushCredentials read;
  for (const Label& header : options.headers) {
    if (header.value.size() >= kMinSecretHeader) read.secrets.push_back(header.value);
  }
  if (!options.username.empty()) {
    const std::string password =
        options.password_file.empty() ? options.password : secret_of("password_file", options.password_file);
    const std::string encoded = base64(options.username + ':' + password, Base64::Standard);
    read.authorization = "Basic " + encoded;
    read.secrets.insert(read.secrets.end(), {encoded, password});
  } else if (!options.bearer_token_file.empty()) {
    const std::string token = secret_of("bearer_token_file", options.bearer_token_file);
    read.authorization = "Bearer " + token;
    read.secrets.push_back(token);
  }
  // The longest first: one may be a part of another.
  std::sort(read.secrets.begin(), read.secrets.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return read;
}

std::string without_secrets(std::string text, const PushCredentials& credentials) {
  constexpr std::string_view kHidden = "***";
  for (const std::string& secret : credentials.secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size()))
      text.replace(at, secret.size(), kHidden);
  }
  return text;
}

}  // namespace vitals::detail
