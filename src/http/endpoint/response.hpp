#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/endpoint/body.hpp"

namespace vitals {
struct EndpointOptions;
}

namespace vitals::detail {

/// Headers that every answer has: whole lines.
inline constexpr std::string_view kCommonHeaders = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

inline constexpr std::string_view kHealthyPath = "/-/healthy";

/// An answer, without the headers that depend on its connection. The views are of constants.
struct Response {
  int status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string_view more_headers = {};  // whole lines, each with its end
  std::string_view challenge = {};     // of a 401: WWW-Authenticate
  std::string own_content_type = {};   // of a page of the program's own, instead
  Body body = {};
};

/// What a request target can name.
enum class Page { Metrics, Levels, Healthy, Ready, Index, LiveData, LiveFile, Own, NotFound };

struct Found {
  Page page;
  std::size_t index = 0;  // of the registry, or of the page of the program's own
};

/// Which pages there are beside those that are always there.
struct Pages {
  std::vector<std::string_view> metrics_paths;  // at least one
  std::vector<std::string_view> own_paths = {};
  bool has_levels = false;
  bool has_live = false;
};

/// With views of what is given.
[[nodiscard]] Pages pages_of(const EndpointOptions& options, const std::vector<std::string>& metrics_paths);

/// Why there can't be these pages, a sentence that begins with the option and the path; empty if there can.
[[nodiscard]] std::string path_fault(const Pages& pages);

/// The page of a request target: its path must be exact, whatever the query. "http://host/path" is "/path".
[[nodiscard]] Found find_page(std::string_view target, const Pages& pages) noexcept;
/// Without "http://host" and the query.
[[nodiscard]] std::string_view path_of(std::string_view target) noexcept;

/// The pages beside the live page, relative to it.
[[nodiscard]] std::vector<std::string> links_of(const Pages& pages);
/// What LiveState answers to a request target. REQUIRES: its page is Page::LiveData.
[[nodiscard]] std::string_view live_target(std::string_view target) noexcept;
/// A file of the live page, compressed if the client takes that. REQUIRES: the target's page is Page::LiveFile.
[[nodiscard]] Response live_file(std::string_view target, bool gzip, const std::shared_ptr<BodyBudget>& budget);

/// The answer for Page::Healthy and those that follow. REQUIRES: path_fault(pages) is empty.
[[nodiscard]] Response page_response(Page page, bool ready, const Pages& pages);

/// A refusal or a failure, with its reason as the body.
[[nodiscard]] Response error_response(int status);

/// The answer in place of one for which there is no room.
[[nodiscard]] Response too_large_response(std::size_t limit);

/// The status line and the headers, with more of the operator's. Nothing in them comes from the client.
[[nodiscard]] std::string render_head(const Response& response, std::string_view connection, std::time_t now,
                                      const std::vector<std::pair<std::string, std::string>>& more = {});

}  // namespace vitals::detail
