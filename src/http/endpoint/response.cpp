#include "http/endpoint/response.hpp"

#include <algorithm>
#include <array>

#include <vitals/http/endpoint.hpp>

#include "core/text/printable.hpp"
#include "http/endpoint/accept_list.hpp"
#include "http/endpoint/page_files.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kReady = "/-/ready";
constexpr std::string_view kLevels = "/slo";

constexpr std::string_view kIndexBegin = R"(<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>vitals</title>
<h1>vitals</h1>
<ul>
)";
constexpr std::string_view kIndexLevels = R"(<li><a href="/slo">/slo</a>: its burn rates and error budgets, as JSON
)";
constexpr std::string_view kIndexEnd = R"(<li><a href="/-/healthy">/-/healthy</a>: whether the process answers
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
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return status < 400 ? "OK" : status < 500 ? "Error" : "Internal Server Error";
  }
}

// What may stand in the path of a URL as it is, RFC 3986 3.3, but for '&' and the apostrophe, which HTML has for
// itself.
bool is_path_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{"/-._~!$()*+,;=:@"}.find(c) != std::string_view::npos;
}

// "/./" and "/../", which clients take out before they ask.
bool has_dot_segment(std::string_view path) noexcept {
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}

// A request target without "http://host".
std::string_view without_host(std::string_view target) noexcept {
  const std::string_view scheme = target.substr(0, target.find('/'));
  if (!equals_ignoring_case(scheme, "http:") && !equals_ignoring_case(scheme, "https:")) return target;
  const auto path = target.find('/', scheme.size() + 2);
  return path == std::string_view::npos ? "/" : target.substr(path);
}

bool is_live(std::string_view path) noexcept {
  return path.starts_with('/') && (is_live_data(path.substr(1)) || find_page_file(path.substr(1)) != nullptr);
}

std::string index_page(const Pages& pages) {
  std::string page{kIndexBegin};
  const auto link = [&page](std::string_view path, std::string_view what) {
    page.append("<li><a href=\"").append(path).append("\">").append(path).append("</a>").append(what).append(1, '\n');
  };
  for (const auto path : pages.metrics_paths) link(path, ": the metrics of this process, for Prometheus");
  for (const auto path : pages.own_paths) link(path, "");
  return page.append(pages.has_levels ? kIndexLevels : "").append(kIndexEnd);
}

// What is wrong with a path in itself.
std::string_view fault_of(std::string_view path) {
  if (!path.starts_with('/')) return "it must start with '/', as \"/metrics\" does";
  if (path.starts_with("//")) return "the page with links would link to another host; begin it with one '/'";
  if (path.size() > 1'024) return "it is longer than 1024 bytes; shorten it";
  if (!std::ranges::all_of(path, is_path_character)) {
    return "it must be letters, digits and -._~!$()*+,;=:@ between slashes, without a query, blanks or escapes";
  }
  return has_dot_segment(path) ? "clients leave out \".\" and \"..\"; write the path without them" : "";
}

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

std::string_view path_of(std::string_view target) noexcept {
  const auto path = without_host(target);
  return path.substr(0, path.find('?'));
}

Pages pages_of(const EndpointOptions& options, const std::vector<std::string>& metrics_paths) {
  Pages pages{.metrics_paths = {metrics_paths.begin(), metrics_paths.end()},
              .has_levels = options.levels != nullptr,
              .has_live = options.live_page};
  for (const auto& [path, page] : options.pages) pages.own_paths.push_back(path);
  return pages;
}

std::string path_fault(const Pages& pages) {
  std::vector<std::string_view> all = pages.metrics_paths;
  all.insert(all.end(), pages.own_paths.begin(), pages.own_paths.end());
  for (auto path = all.begin(); path != all.end(); ++path) {
    const bool is_own = path - all.begin() >= static_cast<std::ptrdiff_t>(pages.metrics_paths.size());
    const auto says = [&](std::string_view why) {
      return (is_own ? "pages: the path \"" : "path \"") + printable(*path) + "\": " + std::string{why};
    };
    if (const auto fault = fault_of(*path); !fault.empty()) return says(fault);
    const bool is_taken = *path == "/" || *path == kHealthyPath || *path == kReady ||
                          (pages.has_levels && *path == kLevels) || (pages.has_live && is_live(*path));
    if (is_taken || std::find(all.begin(), path, *path) != path)
      return says("the endpoint has another page there; choose another");
  }
  return {};
}

Found find_page(std::string_view target, const Pages& pages) noexcept {
  const std::string_view path = path_of(target);
  const auto index_in = [path](const std::vector<std::string_view>& paths) {
    return static_cast<std::size_t>(std::ranges::find(paths, path) - paths.begin());
  };
  if (const auto i = index_in(pages.metrics_paths); i < pages.metrics_paths.size()) return {Page::Metrics, i};
  if (const auto i = index_in(pages.own_paths); i < pages.own_paths.size()) return {Page::Own, i};
  if (path == kLevels && pages.has_levels) return {Page::Levels};
  if (path == kHealthyPath) return {Page::Healthy};
  if (path == kReady) return {Page::Ready};
  if (!pages.has_live) return {path == "/" ? Page::Index : Page::NotFound};
  if (!is_live(path)) return {Page::NotFound};
  return {is_live_data(path.substr(1)) ? Page::LiveData : Page::LiveFile};
}

std::vector<std::string> links_of(const Pages& pages) {
  std::vector<std::string> links;
  for (const auto* paths : {&pages.metrics_paths, &pages.own_paths}) {
    for (const auto path : *paths) links.emplace_back(path.substr(1));
  }
  for (const std::string_view path : {pages.has_levels ? kLevels : "", kHealthyPath, kReady})
    if (!path.empty()) links.emplace_back(path.substr(1));
  return links;
}

std::string_view live_target(std::string_view target) noexcept { return without_host(target).substr(1); }

Response live_file(std::string_view target, bool gzip, const std::shared_ptr<BodyBudget>& budget) try {
  const PageAsset& file = *find_page_file(path_of(target).substr(1));
  const auto body = std::make_shared<BodyText>(budget);
  body->add(page_file_body(file, gzip));
  return {.content_type = file.content_type, .more_headers = page_file_headers(gzip), .body = body};
} catch (const BodyTooLarge&) {
  return too_large_response(budget->limit());
}

Response page_response(Page page, bool ready, const Pages& pages) {
  constexpr std::string_view kNothingButLinks =
      "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n";
  switch (page) {
    case Page::Healthy:
      return {.body = make_body("healthy\n")};
    case Page::Ready:
      return ready ? Response{.body = make_body("ready\n")} : Response{.status = 503, .body = make_body("not ready\n")};
    case Page::Index:
      return {.content_type = "text/html; charset=utf-8",
              .more_headers = kNothingButLinks,
              .body = make_body(index_page(pages))};
    default:
      return {.status = 404,
              .body = make_body("Not Found; the metrics are at " + std::string{pages.metrics_paths.front()} + '\n')};
  }
}

Response error_response(int status) {
  Response response{.status = status, .body = make_body(std::string{reason(status)} + '\n')};
  if (status == 405) response.more_headers = "Allow: GET, HEAD\r\n";
  if (status == 503) response.more_headers = "Retry-After: 1\r\n";
  return response;
}

Response too_large_response(std::size_t limit) {
  Response response = error_response(503);
  response.body = make_body("No room for the answer within max_response_bytes, " + std::to_string(limit) +
                            "; ask for it compressed, or raise that\n");
  return response;
}

std::string render_head(const Response& response, std::string_view connection, std::time_t now,
                        const std::vector<std::pair<std::string, std::string>>& more) {
  std::string head;
  head.reserve(512);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(1, ' ').append(reason(response.status));
  head += "\r\nDate: ";
  append_date(head, now);
  head.append("\r\nContent-Type: ");
  head.append(response.own_content_type.empty() ? response.content_type : response.own_content_type);
  head.append("\r\nContent-Length: ").append(std::to_string(response.body ? response.body->size() : 0));
  head.append("\r\n").append(kCommonHeaders).append(response.more_headers);
  if (!response.challenge.empty()) head.append("WWW-Authenticate: ").append(response.challenge).append("\r\n");
  for (const auto& [name, value] : more) head.append(name).append(": ").append(value).append("\r\n");
  if (!connection.empty()) head.append("Connection: ").append(connection).append("\r\n");
  return head += "\r\n";
}

}  // namespace vitals::detail
