#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tool/text/units.hpp"
#include "yaml/yaml_tree.hpp"

namespace vitals::tool {

using detail::YamlPlace;
using detail::YamlValue;

/// Where a value of the command line stands, in place of one of the file.
inline constexpr YamlPlace kCommandLine{0, 0};

/// Reads parts of a scenario's YAML, and keeps all mistakes with their places. What has one gives nothing.
class ScenarioYaml {
 public:
  static constexpr std::size_t kMostMistakes = 100;

  explicit ScenarioYaml(const std::vector<detail::YamlError>& syntax = {});

  /// `text` is what is wrong and the fix.
  void add(const YamlValue& at, std::string text);
  /// A line for each mistake, in the order of the file: "file:line:column: text"; empty: there are none.
  [[nodiscard]] std::string lines(std::string_view file) const;

  using Entries = std::map<std::string_view, const YamlValue*>;
  /// The values of a map by key; unknown keys, and those that come twice, are mistakes. `what` it is: "a request".
  Entries entries(const YamlValue& map, std::string_view what, const std::vector<std::string_view>& known);
  /// The same of any keys, in the order of the file; `example` of one entry.
  std::vector<std::pair<const YamlValue*, const YamlValue*>> pairs(const YamlValue& map, std::string_view what,
                                                                   std::string_view example);
  /// The items of a list.
  const std::vector<YamlValue>* list(const YamlValue& value, std::string_view key, std::string_view example);

  /// `form` is what the key takes: "a text such as 'open'".
  const std::string* scalar(const YamlValue& value, std::string_view key, std::string_view form);
  std::optional<double> seconds(const YamlValue& value, std::string_view key, double least, double most);
  std::optional<double> rate(const YamlValue& value, std::string_view key);
  std::optional<std::int64_t> integer(const YamlValue& value, std::string_view key, std::int64_t least,
                                      std::int64_t most);

 private:
  struct Mistake {
    YamlPlace place;
    std::string text;
  };

  std::vector<Mistake> mistakes_;
  std::size_t further_mistakes_ = 0;
};

/// The two sides of "1..100", or of "5" twice the same.
std::pair<std::string_view, std::string_view> split_range(std::string_view text);

/// Whether it may be the name of a header, RFC 9110 5.6.2.
bool is_token(std::string_view text);

/// A whole number, and nothing else.
std::optional<std::int64_t> whole_number(std::string_view text);

}  // namespace vitals::tool
