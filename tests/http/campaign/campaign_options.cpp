#include "http/campaign/campaign_options.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::test {
namespace {

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    list.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

using Setters = std::map<std::string, std::function<void(const std::string&)>, std::less<>>;

template <class Number>
auto number(Number& into) {
  return [&into](const std::string& text) { into = static_cast<Number>(std::stoull(text)); };
}

auto milliseconds(std::chrono::milliseconds& into) {
  return [&into](const std::string& text) { into = std::chrono::milliseconds{std::stoll(text)}; };
}

auto text(std::string& into) {
  return [&into](const std::string& given) { into = given; };
}

auto texts(std::vector<std::string>& into) {
  return [&into](const std::string& given) { into = list_of(given); };
}

auto flag(bool& into) {
  return [&into](const std::string& given) { into = given != "0"; };
}

Setters setters_of(CampaignOptions& options) {
  EndpointOptions& endpoint = options.endpoint;
  return {{"series", number(options.series)},
          {"data", flag(options.has_data)},
          {"address", text(endpoint.address)},
          {"port", number(endpoint.port)},
          {"unix_socket", text(endpoint.unix_socket)},
          {"max_connections", number(endpoint.max_connections)},
          {"max_connections_per_ip", number(endpoint.max_connections_per_ip)},
          {"max_scrapes_in_flight", number(endpoint.max_scrapes_in_flight)},
          {"max_response_bytes", number(endpoint.max_response_bytes)},
          {"header_timeout", milliseconds(endpoint.header_timeout)},
          {"scrape_timeout", milliseconds(endpoint.scrape_timeout)},
          {"write_timeout", milliseconds(endpoint.write_timeout)},
          {"idle_timeout", milliseconds(endpoint.idle_timeout)},
          {"collector_timeout", milliseconds(endpoint.collector_timeout)},
          {"live_page", flag(endpoint.live_page)},
          {"certificate", text(endpoint.tls.certificate)},
          {"key", text(endpoint.tls.key)},
          {"client_ca", text(endpoint.tls.client_ca)},
          {"allowed_names", texts(endpoint.tls.allowed_names)},
          {"users_file", text(endpoint.users_file)},
          {"bearer_token_file", text(endpoint.bearer_token_file)},
          {"allowed_networks", texts(endpoint.allowed_networks)},
          {"allowed_hosts", texts(endpoint.allowed_hosts)},
          {"web_config_file", text(endpoint.web_config_file)}};
}

}  // namespace

CampaignOptions campaign_options(std::span<char*> arguments) {
  CampaignOptions options;
  options.endpoint.port = 0;
  const auto setters = setters_of(options);
  for (const std::string_view argument : arguments) {
    const auto equals = argument.find('=');
    const auto setter = setters.find(argument.substr(0, equals));
    if (equals == std::string_view::npos || setter == setters.end())
      throw std::invalid_argument("campaign_server: no such option: " + std::string{argument});
    setter->second(std::string{argument.substr(equals + 1)});
  }
  return options;
}

}  // namespace vitals::test
