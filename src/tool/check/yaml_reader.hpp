#pragma once
#include <cstddef>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "yaml/yaml_tree.hpp"

namespace vitals::tool {

/// Reads parts of one YAML file, and keeps all mistakes with line and column.
class YamlReader {
 public:
  static constexpr std::size_t kMostMistakes = 100;

  explicit YamlReader(std::string file) : file_(std::move(file)) {}

  /// The single document of `text`, which must be a map. Throws TargetsError if it can't be read; what can't be read
  /// within brackets is a mistake, about which there are no others.
  [[nodiscard]] YAML::Node document(std::string_view text);

  /// `message` is what is wrong and the fix.
  void add(const YAML::Node& at, std::string message);
  /// The same of what can't be read then: ends the innermost attempt().
  [[noreturn]] void fail(const YAML::Node& at, std::string message);
  /// Whether `read` came to its end.
  template <class Read>
  bool attempt(Read&& read);
  /// Throws TargetsError with a line for each mistake, in the order of the file, if there is any.
  void throw_mistakes() const;

  /// Adds the keys that are not in `known`, and those that come twice.
  void check_keys(const YAML::Node& map, std::string_view what, std::initializer_list<std::string_view> known);
  /// The scalar under `key`; fails when it is missing, empty or no scalar.
  [[nodiscard]] std::string required(const YAML::Node& map, const char* key, std::string_view what);
  [[nodiscard]] std::string scalar(const YAML::Node& node, std::string_view what);

 private:
  struct Mistake {
    detail::YamlPlace place;
    std::string text;

    bool operator==(const Mistake&) const = default;
  };
  struct Unreadable : std::exception {};

  void add(Mistake mistake);

  std::string file_;
  std::vector<Mistake> mistakes_;
  std::size_t further_mistakes_ = 0;
};

template <class Read>
bool YamlReader::attempt(Read&& read) {
  try {
    std::forward<Read>(read)();
    return true;
  } catch (const Unreadable&) {
    return false;
  }
}

/// Whether the text is a YAML map with that key; of text that is no YAML, whether a line begins with it.
bool is_map_with(std::string_view text, const char* key);

}  // namespace vitals::tool
