#include "tool/check/yaml_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include <fmt/core.h>

#include "core/text/nearest.hpp"
#include "tool/check/joined.hpp"
#include "tool/check/targets.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20;

}  // namespace

YAML::Node YamlReader::document(std::string_view text) const {
  if (text.size() > kMaxFile) fail(YAML::Mark(), "the file is larger than 1 MiB");
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() != 1 || !documents.front().IsMap()) {
      fail(YAML::Mark(), "must be one YAML map with the key 'targets'");
    }
    return documents.front();
  } catch (const YAML::Exception& error) {
    fail(error.mark, fmt::format("{}; quote values that begin with * & ! % @ `", error.msg));
  }
}

void YamlReader::fail(const YAML::Node& at, std::string_view message) const { fail(at.Mark(), message); }

void YamlReader::fail(const YAML::Mark& mark, std::string_view message) const {
  const auto one_based = [](int position) { return position < 0 ? 1 : position + 1; };
  throw TargetsError(fmt::format("{}:{}:{}: {}", file_, one_based(mark.line), one_based(mark.column), message));
}

void YamlReader::check_keys(const YAML::Node& map, std::string_view what,
                            std::initializer_list<std::string_view> known) const {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const auto key = scalar(entry.first, "a key");
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      fail(entry.first, fmt::format("unknown key '{}'{}; the keys of {} are {}", printable(key),
                                    detail::did_you_mean(key, known), what, joined(known, ", ")));
    }
    if (!seen.insert(key).second) fail(entry.first, fmt::format("key '{}' comes twice; remove one", key));
  }
}

std::string YamlReader::required(const YAML::Node& map, const char* key, std::string_view what) const {
  const auto node = map[key];
  if (!node) fail(map, fmt::format("{} has no '{}'; add it", what, key));
  return scalar(node, fmt::format("'{}'", key));
}

std::string YamlReader::scalar(const YAML::Node& node, std::string_view what) const {
  if (!node.IsScalar() || node.Scalar().empty()) {
    fail(node, fmt::format("{} must be one value that is not empty; quote what begins with ! or *", what));
  }
  return node.Scalar();
}

bool is_map_with(std::string_view text, const char* key) {
  if (text.size() > kMaxFile) return false;
  try {
    const auto root = YAML::Load(std::string(text));
    return root.IsMap() && root[key].IsDefined();
  } catch (const YAML::Exception&) {
    const auto line = fmt::format("\n{}:", key);
    return text.starts_with(std::string_view{line}.substr(1)) || text.find(line) != text.npos;
  }
}

}  // namespace vitals::tool
