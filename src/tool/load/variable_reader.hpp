#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/load/scenario_yaml.hpp"
#include "tool/load/values.hpp"

namespace vitals::tool {

/// Reads the variables of a scenario: those that it declares, and those that its setup extracts.
class VariableReader {
 public:
  VariableReader(ScenarioYaml& yaml, std::vector<LoadVariable>& variables) : yaml_(yaml), variables_(variables) {}

  void declare(const YamlValue& map);
  /// One that an answer gives; of one name there may be several extractions.
  std::optional<std::size_t> extracted(const YamlValue& name);
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

 private:
  void add(LoadVariable variable);
  bool is_name(const YamlValue& key);
  void read(const YamlValue& value, LoadVariable& variable);
  void read_range(const YamlValue& value, LoadVariable& variable);
  void read_choice(const YamlValue& value, LoadVariable& variable);
  void read_dates(const YamlValue& value, const YamlValue* format, LoadVariable& variable);
  void read_id(const YamlValue& value, LoadVariable& variable);
  void read_environment(const YamlValue& value, LoadVariable& variable);

  ScenarioYaml& yaml_;
  std::vector<LoadVariable>& variables_;
  std::map<std::string, std::size_t, std::less<>> places_;  // in them, by name
};

}  // namespace vitals::tool
