#include "push/option_rules.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/text/ascii.hpp"
#include "core/text/label_rules.hpp"
#include "core/text/names.hpp"
#include "core/text/printable.hpp"
#include "push/credentials.hpp"
#include "push/push_target.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kLongest{24};

// What vitals or libcurl writes.
constexpr std::array<std::string_view, 7> kOwnHeaders{
    "connection", "content-encoding", "content-length", "content-type", "expect", "transfer-encoding", "user-agent"};

[[noreturn]] void refuse_option(const std::string& what) {
  throw std::invalid_argument{"vitals::PushOptions: " + what};
}

[[noreturn]] void refuse_option(std::string_view option, std::string_view value, const std::string& why) {
  refuse_option(std::string{option} + " \"" + printable(value) + "\": " + why);
}

void check_group(const PushOptions& options) {
  if (options.job.empty()) refuse_option("job", "", "a Pushgateway wants one; give the name of the job");
  for (auto label = options.grouping.begin(); label != options.grouping.end(); ++label) {
    const std::string& name = label->name;
    if (name == "job") refuse_option("grouping", name, "that label is the option job; set it there");
    if (!is_legacy_name(name, NameKind::Label))
      refuse_option(
          "grouping", name,
          "a label name must match [a-zA-Z_][a-zA-Z0-9_]*; use \"" + nearest_legacy_name(name, NameKind::Label) + '"');
    if (!is_plain_label(name)) refuse_option("grouping", name, "the name is reserved; rename the label");
    if (std::any_of(options.grouping.begin(), label, [&](const Label& other) { return other.name == name; }))
      refuse_option("grouping", name, "given twice; label names must differ");
  }
}

void check_times(const PushOptions& options) {
  const auto check = [](const char* option, milliseconds value, milliseconds least, const char* rule) {
    if (value < least || value > kLongest) refuse_option(option, std::to_string(value.count()) + " ms", rule);
  };
  constexpr const char* kRule = "must be between 1 ms and a day";
  check("deadline", options.deadline, milliseconds{1}, kRule);
  check("attempt_timeout", options.attempt_timeout, milliseconds{1}, kRule);
  check("retry_max", options.retry_max, milliseconds{1}, kRule);
  check("interval", options.interval, milliseconds{0}, "must be between 1 ms and a day, or 0 for none");
}

void check_headers(const PushOptions& options, bool has_credentials) {
  const auto is_token = [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view{"\"(),/:;<=>?@[\\]{}"}.find(c) == std::string_view::npos;
  };
  for (const auto& [name, value] : options.headers) {
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token))
      refuse_option("headers", name, "a header's name is letters, digits and hyphens; give the value apart from it");
    const auto lower = lower_case(name);
    if (std::find(kOwnHeaders.begin(), kOwnHeaders.end(), lower) != kOwnHeaders.end())
      refuse_option("headers", name, "vitals sets that header; leave it out");
    if (has_credentials && lower == "authorization")
      refuse_option("headers", name, "username and bearer_token_file set that header; leave one of them out");
    // The value may be a secret.
    if (!is_one_line(value)) refuse_option("headers", name, "its value must be one line, without control characters");
  }
}

void check_credentials(const PushOptions& options) {
  const bool basic = !options.username.empty();
  const bool bearer = !options.bearer_token_file.empty();
  if (basic && bearer)
    refuse_option("bearer_token_file", options.bearer_token_file, "excludes username; give one of them");
  if (!options.password.empty() && !options.password_file.empty())
    refuse_option("password_file", options.password_file, "excludes password; give one of them");
  if (!basic && !(options.password.empty() && options.password_file.empty()))
    refuse_option("username \"\": there is a password, but no user; set username too");
  if (basic && options.password.empty() && options.password_file.empty())
    refuse_option("username", options.username, "there is no password; set password or password_file too");
  if (options.username.find(':') != std::string::npos || !is_one_line(options.username))
    refuse_option("username", options.username, "must not have a colon or control characters; use another name");
  if (!is_one_line(options.password)) refuse_option("password: must be one line, without control characters");
  check_headers(options, basic || bearer);
  try {
    (void)read_credentials(options);
  } catch (const std::runtime_error& error) {
    refuse_option(error.what());
  }
}

void check_tls(const PushOptions& options) {
  const PushTls& tls = options.tls;
  const bool is_https = lower_case(options.url.substr(0, 6)) == "https:";
  const auto check = [&](const char* option, const std::string& path) {
    if (path.empty()) return std::string{};
    if (!is_https)
      refuse_option(option, path, "is for a gateway with TLS; let url begin with https://, or leave it out");
    std::string why;
    std::string text = beginning_of(path, "a PEM file", why);
    if (text.empty()) refuse_option(option, path, why);
    return text;
  };
  check("tls.ca", tls.ca);
  check("tls.certificate", tls.certificate);
  // In PKCS #8 and in older files. OpenSSL would ask for the passphrase on the terminal.
  if (check("tls.key", tls.key).find("ENCRYPTED") != std::string::npos)
    refuse_option("tls.key", tls.key,
                  "the key has a passphrase, for which nobody is there to be asked; give one without");
  if (tls.certificate.empty() != tls.key.empty())
    refuse_option(tls.key.empty() ? "tls.certificate" : "tls.key", tls.certificate + tls.key,
                  "a certificate and its key belong together; set both tls.certificate and tls.key");
}

}  // namespace

void check_push_options(const PushOptions& options) {
  if (const auto fault = url_fault(options.url); !fault.empty())
    refuse_option("url \"" + shown_url(options.url) + "\": " + fault);
  check_group(options);
  if (options.format != Format::Protobuf && options.format != Format::Text)
    refuse_option("format: a Pushgateway doesn't read OpenMetrics; use vitals::Format::Protobuf or ::Text");
  check_times(options);
  check_credentials(options);
  check_tls(options);
}

}  // namespace vitals::detail
