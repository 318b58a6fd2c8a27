#include "http/endpoint/request_head.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "http/endpoint/private_boost.hpp"

// No other source includes Boost.Beast, whose parser of HTTP/1 heads takes seconds to compile.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/endpoint/head_scanner.hpp"

namespace vitals::detail {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::empty_body>;

constexpr std::size_t kMaxHeaders = 64;

template <class Text>
std::string_view to_std(const Text& text) {
  return {text.data(), text.size()};
}

// The fields of that name as one list, RFC 9110 5.3.
std::string joined(const Parser::value_type& message, http::field name) {
  std::string all;
  for (auto [field, end] = message.equal_range(name); field != end; ++field) {
    if (!all.empty()) all += ", ";
    all += to_std(field->value());
  }
  return all;
}

// Digits and a dot, between 0.1 s and two minutes; a scraper that writes anything else has not said how long it waits.
std::chrono::milliseconds parse_timeout(std::string_view text) {
  if (text.empty() || text.size() > 16 || text.find_first_not_of("0123456789.") != std::string_view::npos) return {};
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return std::chrono::milliseconds{static_cast<int>(std::clamp(seconds, 0.1, 120.0) * 1000)};
}

bool is_one_of(char c, std::string_view these) noexcept { return these.find(c) != std::string_view::npos; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The host of "host" or "host:port", where "[::1]" is one; nothing if it is none, RFC 9110 7.2.
std::optional<std::string_view> host_of(std::string_view authority) {
  const bool is_literal = authority.starts_with('[');
  const auto end = is_literal ? authority.find(']') : authority.find(':');
  if (is_literal && end == std::string_view::npos) return std::nullopt;
  const auto host = authority.substr(0, is_literal ? end + 1 : end);
  const auto port = authority.substr(std::min(host.size(), authority.size()));
  const auto may_stand = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_one_of(c, "-._~!$&'()*+,;=%") ||
           (is_literal && is_one_of(c, "[]:"));
  };
  if (!std::all_of(host.begin(), host.end(), may_stand)) return std::nullopt;
  if (!port.empty() && (port.front() != ':' || !std::all_of(port.begin() + 1, port.end(), is_digit)))
    return std::nullopt;
  return host;
}

// Of a target that names it, "http://host:port/path", which counts more than the header, RFC 9112 3.2.2.
std::optional<std::string_view> authority_of(std::string_view target) noexcept {
  const auto slashes = target.find("://");
  if (target.starts_with('/') || slashes == std::string_view::npos) return std::nullopt;
  const auto rest = target.substr(slashes + 3);
  return rest.substr(0, rest.find_first_of("/?"));
}

struct Version {
  char major;
  std::size_t minor;  // where its digit stands
};

// Of the request line that bytes begin with: "HTTP/", a digit, a dot, a digit.
std::optional<Version> version_of(std::string_view bytes) {
  constexpr std::string_view kName = " HTTP/";
  const auto line = bytes.substr(0, bytes.find('\r'));
  if (line.size() < kName.size() + 3) return std::nullopt;
  const auto text = line.substr(line.size() - kName.size() - 3);
  if (!text.starts_with(kName) || !is_digit(text[6]) || text[7] != '.' || !is_digit(text[8])) return std::nullopt;
  return Version{text[6], line.size() - 1};
}

// What Beast's parser lets pass and this endpoint does not.
int check(const Parser& parser) {
  const auto& message = parser.get();
  const auto hosts = message.count(http::field::host);
  if (message.target().size() > kMaxTarget) return 414;
  if (static_cast<std::size_t>(std::distance(message.begin(), message.end())) > kMaxHeaders) return 431;
  if (hosts > 1 || (hosts == 0 && message.version() > 10)) return 400;
  if (message.method() != http::verb::get && message.method() != http::verb::head) return 405;
  if (message.count(http::field::transfer_encoding) > 0) return 400;
  return parser.content_length().value_or(0) > 0 ? 413 : 200;
}

}  // namespace

int parse_request_head(std::string_view bytes, RequestHead& head) {
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);  // HeadScanner lets a few pass, RFC 9112 2.2
  const auto version = version_of(bytes);
  if (version && version->major != '1') return 505;
  // Later minor versions of HTTP/1 are answered as the one that Beast knows, RFC 9110 2.5.
  std::string as_1_1;
  if (version && bytes[version->minor] > '1') {
    as_1_1 = bytes;
    as_1_1[version->minor] = '1';
    bytes = as_1_1;
  }

  Parser parser;
  parser.header_limit(kMaxHeadBytes + 1);
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());  // check() refuses all that claim to have a body
  boost::beast::error_code error;
  parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  if (error || !parser.is_header_done()) return 400;
  const auto& message = parser.get();
  head.is_head = message.method() == http::verb::head;
  if (const int status = check(parser); status != 200) return status;

  head.target = to_std(message.target());
  for (const auto authority : {std::optional{to_std(message[http::field::host])}, authority_of(head.target)}) {
    if (!authority) continue;
    const auto host = host_of(*authority);
    if (!host) return 400;
    head.host = *host;
  }
  if (message.count(http::field::authorization) > 1) return 400;
  head.authorization = to_std(message[http::field::authorization]);
  head.accept = joined(message, http::field::accept);
  head.accept_encoding = joined(message, http::field::accept_encoding);
  head.scrape_timeout = parse_timeout(to_std(message["X-Prometheus-Scrape-Timeout-Seconds"]));
  head.is_http_1_0 = message.version() == 10;
  head.keep_alive = message.keep_alive();
  return 200;
}

}  // namespace vitals::detail
