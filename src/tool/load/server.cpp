#include "tool/load/server.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>
#include <netdb.h>

#include "tool/input/fetch.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::string_view kExample = "write it as http://127.0.0.1:8080";

struct UrlParts {
  bool is_https = false;
  std::string authority, host, port, path;
};

bool is_port(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit) && std::stoi(std::string{text}) > 0 &&
         std::stoi(std::string{text}) < 65536;
}

bool is_visible(char c) { return c > ' ' && c < '\x7f'; }

// Of "[::1]:8080" the host is "::1". Gives what is wrong, or nothing.
std::string split_authority(UrlParts& parts) {
  std::string_view rest = parts.authority;
  if (rest.find('@') != rest.npos)
    return "it has a user or a password, which would stand in reports; send an Authorization header instead";
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == rest.npos) return fmt::format("']' is missing behind the IPv6 address; {}", kExample);
    parts.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    parts.host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(parts.host.size());
  }
  parts.port = parts.is_https ? "443" : "80";
  if (parts.host.empty()) return fmt::format("it has no host; {}", kExample);
  if (rest.empty()) return {};
  if (!rest.starts_with(':') || !is_port(rest.substr(1)))
    return fmt::format("the port must be a number from 1 to 65535; {}", kExample);
  parts.port = rest.substr(1);
  return {};
}

std::string split_url(std::string_view url, UrlParts& parts) {
  if (!std::ranges::all_of(url, is_visible))
    return "it has a blank, a control character or one that is not ASCII; percent-encode it";
  if (url.starts_with("https://")) {
    parts.is_https = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return fmt::format("it must begin with http:// or https://; {}", kExample);
  }
  parts.authority = url.substr(0, url.find_first_of("/?#"));
  url.remove_prefix(parts.authority.size());
  parts.path = url.substr(0, url.find('#'));
  return split_authority(parts);
}

std::vector<SocketAddress> look_up(const UrlParts& parts, const std::string& url) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(parts.host.c_str(), parts.port.c_str(), &hints, &found);
  if (error != 0)
    throw std::invalid_argument(fmt::format("{}: the host {} isn't found: {}; is it spelt right?", printable(url, 200),
                                            printable(parts.host), ::gai_strerror(error)));
  std::vector<SocketAddress> addresses;
  for (const auto* one = found; one; one = one->ai_next) {
    auto& address = addresses.emplace_back();
    address.size = one->ai_addrlen;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
  }
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

std::string server_url_fault(const std::string& url) {
  UrlParts parts;
  return split_url(url, parts);
}

LoadServer find_server(const std::string& url, const TlsOptions& tls) {
  UrlParts parts;
  if (const auto fault = split_url(url, parts); !fault.empty())
    throw std::invalid_argument(fmt::format("{}: {}", printable(without_credentials(url), 200), fault));
  LoadServer server;
  server.url = fmt::format("{}://{}", parts.is_https ? "https" : "http", parts.authority);
  server.authority = parts.authority;
  server.path = parts.path;
  server.addresses = look_up(parts, url);
  if (parts.is_https) server.tls = std::make_unique<TlsContext>(parts.host, tls);
  return server;
}

}  // namespace vitals::tool
