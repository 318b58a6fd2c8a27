#include "http/endpoint/own_pages.hpp"

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <string>
#include <utility>

#include "core/system/thread_end.hpp"
#include "core/text/printable.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kMaxReason = 256;

bool is_header_value(std::string_view text) noexcept {
  return !text.empty() && text.size() < 256 && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

OwnAnswer failed(std::string fault) { return {error_response(500), std::move(fault)}; }

template <class Call>
OwnAnswer answered(Call call) try {
  return call();
} catch (const BodyTooLarge&) {
  return {error_response(503), "gave a body for which max_response_bytes leaves no room now"};
} catch (const std::exception& error) {
  return failed("threw: " + printable(error.what(), kMaxReason));
} catch (...) {
  if (is_thread_end()) throw;
  return failed("threw what is no std::exception");
}

}  // namespace

const OwnPage& own_page(const EndpointOptions& options, const Found& found) {
  return std::next(options.pages.begin(), static_cast<std::ptrdiff_t>(found.index))->second;
}

OwnAnswer own_response(const OwnPage& page, std::string_view query, const std::shared_ptr<BodyBudget>& budget) {
  return answered([&] {
    EndpointAnswer answer = page(query);
    const bool has_body = answer.status != 204 && answer.status != 304;
    if (answer.status < 200 || answer.status > 599 || !has_body)
      return failed("gave the status " + std::to_string(answer.status) + "; it must be 200 to 599, but 204 and 304");
    if (!is_header_value(answer.content_type))
      return failed("gave the content_type \"" + printable(answer.content_type) +
                    "\"; it must be 1 to 255 printable characters of ASCII");
    const auto body = std::make_shared<BodyText>(budget);
    body->add(std::move(answer.body));
    return OwnAnswer{{.status = answer.status, .own_content_type = std::move(answer.content_type), .body = body}};
  });
}

OwnAnswer health_response(const std::function<std::string()>& health) {
  return answered([&] {
    const std::string reason = health();
    if (reason.empty()) return OwnAnswer{{.body = make_body("healthy\n")}};
    const std::string line = printable(std::string_view{reason}.substr(0, reason.find('\n')).substr(0, kMaxReason));
    return OwnAnswer{{.status = 503, .body = make_body(line + '\n')}};
  });
}

void tell_fault(EventLog& events, std::string_view target, std::string_view fault) noexcept try {
  const std::string path{path_of(target)};
  const std::string who = path == kHealthyPath ? "the function of " : "the page ";
  events.tell(EventLog::Kind::PageFailed, nullptr, who + path + ' ' + std::string{fault});
} catch (const std::bad_alloc&) {
}

}  // namespace vitals::detail
