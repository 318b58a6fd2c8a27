#pragma once

#include <cstddef>
#include <span>

#include <vitals/http/endpoint.hpp>

namespace vitals::test {

/// What campaign_server was asked to be.
struct CampaignOptions {
  EndpointOptions endpoint{};
  std::size_t series = 100;  ///< beside those of the endpoint itself
  bool has_data = false;     ///< and the values of campaign_data.hpp
};

/// Of arguments such as "series=1000" and "users_file=/tmp/users": the names are those of EndpointOptions; lists are
/// separated by commas. Throws std::invalid_argument for others.
[[nodiscard]] CampaignOptions campaign_options(std::span<char*> arguments);

}  // namespace vitals::test
