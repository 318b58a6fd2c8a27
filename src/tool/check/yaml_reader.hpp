#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace vitals::tool {

/// Reads parts of one YAML file; every failure is a TargetsError with file, line and column.
class YamlReader {
 public:
  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  /// The single document of `text`; it must be a map.
  [[nodiscard]] YAML::Node document(std::string_view text) const;

  [[noreturn]] void fail(const YAML::Node& at, std::string_view message) const;

  /// Fails for a key that is not in `known` and for one that comes twice.
  void check_keys(const YAML::Node& map, std::string_view what, std::initializer_list<std::string_view> known) const;
  /// The scalar under `key`; fails when it is missing, empty or no scalar.
  [[nodiscard]] std::string required(const YAML::Node& map, const char* key, std::string_view what) const;
  [[nodiscard]] std::string scalar(const YAML::Node& node, std::string_view what) const;

 private:
  [[noreturn]] void fail(const YAML::Mark& mark, std::string_view message) const;

  std::string file_;
};

/// Whether the text is a YAML map with that key; of text that is no YAML, whether a line begins with it.
bool is_map_with(std::string_view text, const char* key);

}  // namespace vitals::tool
