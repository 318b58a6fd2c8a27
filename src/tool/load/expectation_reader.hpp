#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/load/answer_expectation.hpp"
#include "tool/load/scenario_yaml.hpp"

namespace vitals::tool {

/// Reads what a scenario says that an answer must be.
class ExpectationReader {
 public:
  explicit ExpectationReader(ScenarioYaml& yaml) : yaml_(yaml) {}

  void read(const YamlValue& map, AnswerExpectation& into);
  /// Of a value within JSON.
  std::optional<JsonPath> path(const YamlValue& at, const std::string& text);

 private:
  void statuses(const YamlValue& value, AnswerExpectation& into);
  void one_status(const YamlValue& value, AnswerExpectation& into);
  void headers(const YamlValue& map, AnswerExpectation& into);
  // Variables are not put in.
  void must_be_fixed(const YamlValue& at, const std::string& text);
  void json(const YamlValue& map, AnswerExpectation& into);
  std::vector<std::string> texts(const YamlValue& value, std::string_view key, std::string_view example);

  ScenarioYaml& yaml_;
};

}  // namespace vitals::tool
