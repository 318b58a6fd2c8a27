#include "push/push_target.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/text/ascii.hpp"
#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
// RFC 3986, section 2.3.
bool is_unreserved(char c) {
  return is_letter_or_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos;
}
bool is_of_path(char c) {
  return is_unreserved(c) || std::string_view{"%!$&'()*+,;=:@/"}.find(c) != std::string_view::npos;
}

// The bytes of the scheme with "://"; 0: it is none of ours.
std::size_t scheme_length(std::string_view url) {
  const auto start = lower_case(url.substr(0, kHttps.size()));
  if (start.starts_with(kHttp)) return kHttp.size();
  return start == kHttps ? kHttps.size() : 0;
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  int port = 0;
  for (const char c : text) port = port * 10 + (c - '0');
  return port > 0 && port < 65536;
}

std::string authority_fault(std::string_view authority) {
  std::string_view port;
  std::string_view host = authority;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return "the address in brackets has no end; use http://[::1]:9091";
    host = authority.substr(1, end - 1);
    const auto rest = authority.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return "only a port may follow the brackets; use http://[::1]:9091";
    has_port = !rest.empty();
    port = rest.substr(has_port ? 1 : 0);
    if (host.empty() ||
        !std::all_of(host.begin(), host.end(), [](char c) { return is_hex(c) || c == ':' || c == '.'; }))
      return "brackets hold an IPv6 address; use http://[::1]:9091";
  } else {
    const auto colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    host = authority.substr(0, colon);
    port = has_port ? authority.substr(colon + 1) : "";
    if (host.empty()) return "it has no host; use http://127.0.0.1:9091";
    if (!std::all_of(host.begin(), host.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; }))
      return "a host has letters, digits, dots and hyphens; use its name in ASCII, or an address, IPv6 in brackets";
  }
  if (has_port && !is_port(port)) return "the port must be a number from 1 to 65535; use http://127.0.0.1:9091";
  return {};
}

std::string path_fault(std::string_view path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!is_of_path(path[i]) ||
        (path[i] == '%' && !(i + 2 < path.size() && is_hex(path[i + 1]) && is_hex(path[i + 2]))))
      return "the path has a character that must be escaped as %XX";
  }
  const std::string closed = std::string{path} + '/';
  if (closed.find("/./") != std::string::npos || closed.find("/../") != std::string::npos)
    return "the path must not have the parts . and ..; leave them out";
  const std::string open = closed.substr(0, closed.find_last_not_of('/') + 1);
  if (closed.find("/metrics/job") != std::string::npos || open.ends_with("/metrics"))
    return "/metrics/job/... is added by vitals, from job and grouping; leave it out";
  return {};
}

// A part of a path, as the gateway reads it: a value that no part can be is in base64.
void append_label(std::string& path, std::string_view name, std::string_view value) {
  const auto text = to_valid_utf8(value);
  ((path += '/') += name);
  if (text.empty()) {
    path += "@base64/=";  // two slashes in a row would be made one
  } else if (text == "." || text == ".." || text.find('/') != std::string::npos) {
    (path += "@base64/") += base64(text, Base64::Url);
  } else {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    path += '/';
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (is_unreserved(c)) {
        path += c;
      } else {
        ((path += '%') += kDigits[byte >> 4U]) += kDigits[byte & 15U];
      }
    }
  }
}

}  // namespace

std::string base64(std::string_view bytes, Base64 alphabet) {
  std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  digits += alphabet == Base64::Url ? "-_" : "+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8U | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0U);
    for (std::size_t k = 0; k <= three.size(); ++k) out += digits[bits >> (18 - 6 * k) & 63U];
    if (alphabet == Base64::Standard) out.append(3 - three.size(), '=');
  }
  return out;
}

std::string url_fault(std::string_view url) {
  const auto scheme = scheme_length(url);
  if (scheme == 0) return "it must begin with http:// or https://, as http://127.0.0.1:9091 does";
  const auto rest = url.substr(scheme);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos)
    return "it must not have a user or password in it; give them as username and password";
  if (rest.find_first_of("?#") != std::string_view::npos)
    return "it must not have a query or a fragment; leave out what is behind ? or #";
  if (auto fault = authority_fault(authority); !fault.empty()) return fault;
  return path_fault(rest.substr(authority.size()));
}

std::string shown_url(std::string_view url) {
  auto shown = url.substr(0, url.find_first_of("?#"));
  // Whatever it is, a secret may stand before the last @.
  const auto at = shown.rfind('@');
  const std::string text = at == std::string_view::npos ? std::string{shown} : "***" + std::string{shown.substr(at)};
  return printable(text, 200);
}

std::string push_target(const PushOptions& options) {
  std::string target = options.url;
  while (target.ends_with('/')) target.pop_back();
  target += "/metrics";
  append_label(target, "job", options.job);
  for (const auto& [name, value] : options.grouping) append_label(target, name, value);
  return target;
}

}  // namespace vitals::detail
