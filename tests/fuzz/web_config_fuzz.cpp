// Any bytes as a web.yml: it is refused with places and rules, or what is read of it holds what the endpoint needs.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "http/access/bcrypt.hpp"
#include "http/access/web_config_reader.hpp"
#include "yaml/yaml_tree.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const vitals::detail::WebConfig& config) {
  for (const auto& [name, hash] : config.users)
    require(!vitals::detail::user_name_fault(name) && !vitals::detail::bcrypt_fault(hash));
  for (const auto& [name, value] : config.headers) require(!value.empty() && value.find_first_of("\r\n") == value.npos);
  if (config.rate_limit) require(config.rate_limit->interval.count() > 0 && config.rate_limit->burst > 0);
  if (!config.tls) return;
  require(!config.tls->certificate.empty() && !config.tls->key.empty());
  using vitals::detail::ClientAuth;
  const bool verifies = config.tls->client_auth == ClientAuth::RequireAndVerify;
  require(!verifies || !config.tls->client_ca.empty());
  require(verifies || config.tls->allowed_names.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitals::detail;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    const auto tree = yaml_tree(text);
    check(WebConfigReader(tree, "web.yml").read());
  } catch (const YamlError&) {
  } catch (const std::invalid_argument& error) {
    require(std::string_view{error.what()}.starts_with("web.yml:"));
  }
  return 0;
}
