#pragma once

#include <cstddef>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vitals {
struct EndpointOptions;
}

namespace vitals::detail {

/// An answer's body, shared by all connections that it is sent to.
using Body = std::shared_ptr<const std::string>;

/// Headers that every answer has: whole lines.
inline constexpr std::string_view kCommonHeaders = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";

/// An answer, without the headers that depend on its connection. The views are of constants.
struct Response {
  int status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string_view more_headers = {};  // whole lines, each with its end
  Body body = {};
};

/// What a request target can name.
enum class Page { Metrics, Levels, Healthy, Ready, Index, LiveData, LiveFile, NotFound };

/// Which pages there are beside those that are always there.
struct Pages {
  std::string_view metrics_path;
  bool has_levels = false;
  bool has_live = false;
};

[[nodiscard]] Pages pages_of(const EndpointOptions& options) noexcept;

/// Why the metrics can't be at their path, a sentence about it; empty if they can.
[[nodiscard]] std::string_view path_fault(const Pages& pages) noexcept;

/// The page of a request target: its path must be exact, whatever the query. "http://host/path" is "/path".
[[nodiscard]] Page find_page(std::string_view target, const Pages& pages) noexcept;

/// The pages beside the live page, relative to it.
[[nodiscard]] std::vector<std::string> links_of(const Pages& pages);
/// What LiveState answers to a request target. REQUIRES: its page is Page::LiveData.
[[nodiscard]] std::string_view live_target(std::string_view target) noexcept;
/// A file of the live page, compressed if the client takes that. REQUIRES: the target's page is Page::LiveFile.
[[nodiscard]] Response live_file(std::string_view target, bool gzip);

/// The answer for Page::Healthy and those that follow. REQUIRES: path_fault(pages) is empty.
[[nodiscard]] Response page_response(Page page, bool ready, const Pages& pages);

/// A refusal or a failure, with its reason as the body.
[[nodiscard]] Response error_response(int status);

/// The status line and the headers. Nothing in them comes from the client.
[[nodiscard]] std::string render_head(const Response& response, std::string_view connection, std::time_t now);

}  // namespace vitals::detail
