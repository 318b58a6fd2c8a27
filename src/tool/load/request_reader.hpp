#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tool/load/expectation_reader.hpp"
#include "tool/load/scenario.hpp"
#include "tool/load/scenario_yaml.hpp"
#include "tool/load/variable_reader.hpp"

namespace vitals::tool {

/// Reads the requests of a scenario.
class RequestReader {
 public:
  RequestReader(ScenarioYaml& yaml, const VariableReader& names, const std::vector<LoadVariable>& variables)
      : yaml_(yaml), expectations_(yaml), names_(names), variables_(variables) {}

  /// Headers that every request has, but those that need what isn't extracted yet.
  void common_headers(const YamlValue& map);
  /// A request of the load, or, with `extracts`, of a setup: from then on, what it extracts is known.
  RequestPlan request(const YamlValue& map, bool extracts);

 private:
  struct Header {
    std::string name;
    TextTemplate value;
  };

  void request_line(const YamlValue& value, RequestPlan& plan);
  void route(const YamlValue& value, RequestPlan& plan);
  void weight(const YamlValue& value, RequestPlan& plan);
  std::vector<Header> headers(const YamlValue& map, bool common);
  bool is_header_name(const YamlValue& key);
  /// `what` names the text, which may be a secret.
  void must_have_no_control(const YamlValue& at, std::string_view text, std::string_view what);
  void add_headers(const ScenarioYaml::Entries& keys, RequestPlan& plan);
  void body(const ScenarioYaml::Entries& keys, RequestPlan& plan);
  void json(const YamlValue& value, TextTemplate& into);
  void json_scalar(const YamlValue& value, TextTemplate& into);
  void form(const YamlValue& map, TextTemplate& into);
  void extractions(const YamlValue& map, RequestPlan& plan);
  /// `may_be_unknown`: of headers of all requests, which are left out where a value is missing.
  TextTemplate text(const YamlValue& at, std::string_view text, Escape escape, bool may_be_unknown = false);
  [[nodiscard]] bool is_known(const TextTemplate& text) const;
  void note_drawn(RequestPlan& plan) const;

  ScenarioYaml& yaml_;
  ExpectationReader expectations_;
  const VariableReader& names_;
  const std::vector<LoadVariable>& variables_;
  std::vector<Header> common_;
  std::set<std::size_t> extracted_;
};

}  // namespace vitals::tool
