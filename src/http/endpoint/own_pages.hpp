#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <vitals/http/endpoint.hpp>

#include "http/endpoint/event_log.hpp"
#include "http/endpoint/response.hpp"

namespace vitals::detail {

using OwnPage = std::function<EndpointAnswer(std::string_view query)>;

/// REQUIRES: it was found.
[[nodiscard]] const OwnPage& own_page(const EndpointOptions& options, const Found& found);

struct OwnAnswer {
  Response response;
  std::string fault = {};  // why it is an error's, the end of a sentence; empty: the function has given it
};

// These call a function of the program. What it throws, or gives against the rules, is answered with 500.

[[nodiscard]] OwnAnswer own_response(const OwnPage& page, std::string_view query,
                                     const std::shared_ptr<BodyBudget>& budget);
[[nodiscard]] OwnAnswer health_response(const std::function<std::string()>& health);

/// Tells that the function of such a target has failed. Without memory nothing is told.
void tell_fault(EventLog& events, std::string_view target, std::string_view fault) noexcept;

}  // namespace vitals::detail
