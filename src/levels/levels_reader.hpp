#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>

#include "core/text/quantity.hpp"
#include "levels/level_fields.hpp"
#include "levels/levels_file.hpp"
#include "yaml/yaml_tree.hpp"

namespace vitals::detail {

/// Reads service levels from the tree of a file, and keeps all mistakes: those of the file, such as unknown keys and
/// wrong units, and those that level_mistakes() and another judge find in what could be read.
class LevelsReader {
 public:
  /// `syntax` is what yaml_tree() found wrong.
  LevelsReader(const YamlValue& root, const std::vector<YamlError>& syntax);

  /// Throws std::invalid_argument with a line for each mistake, in the order of the file.
  ServiceLevels read(std::string_view source, const LevelJudge& judge);

 private:
  struct Mistake {
    YamlPlace place;
    std::string text;
  };
  struct Field;  // reads one key of a map

  void add(const YamlValue& at, std::string text);
  /// What stands at `path` could not be read: what rests on it is not judged.
  void fail(const YamlValue& at, const std::string& path, std::string text);
  void tell(const std::vector<LevelMistake>& mistakes);
  [[nodiscard]] bool rests_on_failed(std::string_view path) const;
  [[nodiscard]] YamlPlace place_of(std::string path) const;
  [[nodiscard]] std::string lines(std::string_view source);

  using Entries = std::multimap<std::string_view, const YamlValue*>;
  /// The values by key, of which `known` are right; of a key that comes twice, which is a mistake, in their order.
  Entries entries(const YamlValue& map, const std::string& what, const std::vector<std::string_view>& known);
  template <class Level>
  void map(const YamlValue& value, const std::string& path, const std::string& what, Level& level);

  const std::string* scalar(const YamlValue& value, const std::string& path, const std::string& example);
  /// `form` is what the message of a mistake says that the key takes.
  std::optional<Quantity> quantity(const YamlValue& value, const std::string& path, Unit unit, std::string_view form);
  std::optional<Quantity> quantity(const YamlValue& value, const std::string& path, Unit unit);

  void value(const YamlValue& value, const std::string& path, std::string& into);
  void value(const YamlValue& value, const std::string& path, bool& into);
  void value(const YamlValue& value, const std::string& path, double& into);
  void value(const YamlValue& value, const std::string& path, AlertSeverity& into);
  void value(const YamlValue& value, const std::string& path, MetricNames& into);
  void value(const YamlValue& value, const std::string& path, std::chrono::nanoseconds& into);
  void value(const YamlValue& value, const std::string& path, std::chrono::seconds& into);
  void value(const YamlValue& value, const std::string& path, RatioField<double> into);
  void value(const YamlValue& value, const std::string& path, RateField<double> into);
  template <class Item>
  void value(const YamlValue& value, const std::string& path, std::optional<Item>& into);
  void value(const YamlValue& value, const std::string& path, RatioField<std::optional<double>> into);
  void value(const YamlValue& value, const std::string& path, RateField<std::optional<double>> into);
  template <class Item>
  void value(const YamlValue& value, const std::string& path, std::vector<Item>& into);
  template <class Level>
  requires std::is_aggregate_v<Level>
  void value(const YamlValue& value, const std::string& path, Level& into);

  const YamlValue& root_;
  std::map<std::string, YamlPlace> places_;  // of what was read, by path
  std::set<std::string> told_;               // paths of what tell() told
  std::vector<std::string> failed_;          // paths
  std::vector<Mistake> mistakes_;
  std::size_t further_mistakes_ = 0;  // that were found when there were too many already
};

}  // namespace vitals::detail
