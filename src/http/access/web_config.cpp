#include "http/access/web_config.hpp"

#include <stdexcept>

#include "core/text/printable.hpp"
#include "http/access/small_file.hpp"
#include "http/access/web_config_reader.hpp"
#include "yaml/yaml_tree.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxWebConfig = std::size_t{1} << 20;

YamlValue web_config_tree(const std::string& path) {
  const auto text = small_file(path, kMaxWebConfig, "a web.yml, as Prometheus reads it");
  try {
    return yaml_tree(text);
  } catch (const YamlError& error) {
    throw std::invalid_argument(printable(path, 4096) + ':' + std::to_string(error.place.line) + ':' +
                                std::to_string(error.place.column) + ": " + error.what());
  }
}

}  // namespace

WebConfig read_web_config(const std::string& path) {
  const auto tree = web_config_tree(path);
  return WebConfigReader(tree, path).read();
}

}  // namespace vitals::detail
