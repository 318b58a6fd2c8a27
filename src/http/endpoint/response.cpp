#include "http/endpoint/response.hpp"

#include <array>

#include "http/endpoint/accept_list.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kIndex = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>vitals</title>
<h1>vitals</h1>
<ul>
<li><a href="/metrics">/metrics</a>: the metrics of this process, for Prometheus
<li><a href="/-/healthy">/-/healthy</a>: whether the process answers
<li><a href="/-/ready">/-/ready</a>: whether it is ready to serve
</ul>
</html>
)";

std::string_view reason(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Internal Server Error";
  }
}

Body text(std::string_view text) { return std::make_shared<const std::string>(text); }

// RFC 9110 5.6.7. By hand, since strftime would use the program's locale.
void append_date(std::string& out, std::time_t now) {
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  std::tm utc{};
  gmtime_r(&now, &utc);
  const auto two_digits = [&out](int n) { out += {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)}; };
  out.append(kDays.substr(static_cast<std::size_t>(utc.tm_wday) * 3, 3)).append(", ");
  two_digits(utc.tm_mday);
  out.append(1, ' ').append(kMonths.substr(static_cast<std::size_t>(utc.tm_mon) * 3, 3)).append(1, ' ');
  out.append(std::to_string(utc.tm_year + 1900)).append(1, ' ');
  two_digits(utc.tm_hour);
  out += ':';
  two_digits(utc.tm_min);
  out += ':';
  two_digits(utc.tm_sec);
  out += " GMT";
}

}  // namespace

Page find_page(std::string_view target) noexcept {
  constexpr std::string_view kScheme = "http://";
  if (equals_ignoring_case(target.substr(0, kScheme.size()), kScheme)) {
    const auto path = target.find('/', kScheme.size());
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  target = target.substr(0, target.find('?'));
  if (target == "/metrics") return Page::Metrics;
  if (target == "/-/healthy") return Page::Healthy;
  if (target == "/-/ready") return Page::Ready;
  return target == "/" ? Page::Index : Page::NotFound;
}

Response page_response(Page page, bool ready) {
  constexpr std::string_view kNothingButLinks =
      "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";
  switch (page) {
    case Page::Healthy:
      return {.body = text("healthy\n")};
    case Page::Ready:
      return ready ? Response{.body = text("ready\n")} : Response{.status = 503, .body = text("not ready\n")};
    case Page::Index:
      return {.content_type = "text/html; charset=utf-8", .more_headers = kNothingButLinks, .body = text(kIndex)};
    default:
      return error_response(404);
  }
}

Response error_response(int status) {
  Response response{.status = status, .body = text(std::string{reason(status)} + '\n')};
  if (status == 405) response.more_headers = "Allow: GET, HEAD\r\n";
  if (status == 503) response.more_headers = "Retry-After: 1\r\n";
  return response;
}

std::string render_head(const Response& response, std::string_view connection, std::time_t now) {
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(1, ' ').append(reason(response.status));
  head += "\r\nDate: ";
  append_date(head, now);
  head.append("\r\nContent-Type: ").append(response.content_type);
  head.append("\r\nContent-Length: ").append(std::to_string(response.body ? response.body->size() : 0));
  head += "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  head.append(response.more_headers);
  if (!connection.empty()) head.append("Connection: ").append(connection).append("\r\n");
  return head += "\r\n";
}

}  // namespace vitals::detail
