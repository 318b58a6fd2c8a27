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
#include "yaml/flow_faults.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxFile = std::size_t{1} << 20;

std::string line_of(const std::string& file, const detail::YamlPlace& place, std::string_view text) {
  return fmt::format("{}:{}:{}: {}", file, place.line, place.column, text);
}

}  // namespace

YAML::Node YamlReader::document(std::string_view text) {
  if (text.size() > kMaxFile) throw TargetsError(line_of(file_, {}, "the file is larger than 1 MiB"));
  const auto mended = detail::without_flow_faults(text);
  for (const auto& mistake : mended.mistakes) add({mistake.place, mistake.what()});
  try {
    const auto documents = YAML::LoadAll(mended.text);
    if (documents.size() == 1 && documents.front().IsMap()) return documents.front();
    if (mended.mistakes.empty()) add({{}, "must be one YAML map with the key 'targets'"});
  } catch (const YAML::Exception& error) {
    add({detail::place_of(error.mark), detail::syntax_mistake(error.msg)});
  }
  throw_mistakes();
  return {};
}

void YamlReader::add(const YAML::Node& at, std::string message) {
  if (at.IsScalar() && at.Scalar() == std::string_view{&detail::kUnreadable, 1}) return;
  add({detail::place_of(at.Mark()), std::move(message)});
}

void YamlReader::add(Mistake mistake) {
  // What an anchor names is read wherever it is used.
  if (std::ranges::find(mistakes_, mistake) != mistakes_.end()) return;
  if (mistakes_.size() < kMostMistakes) {
    mistakes_.push_back(std::move(mistake));
  } else {
    ++further_mistakes_;
  }
}

void YamlReader::fail(const YAML::Node& at, std::string message) {
  add(at, std::move(message));
  throw Unreadable();
}

void YamlReader::throw_mistakes() const {
  if (mistakes_.empty()) return;
  auto sorted = mistakes_;
  std::ranges::stable_sort(sorted, {}, &Mistake::place);
  std::vector<std::string> lines;
  for (const auto& [place, text] : sorted) lines.push_back(line_of(file_, place, text));
  if (further_mistakes_ > 0) lines.push_back(fmt::format("and {} more", further_mistakes_));
  throw TargetsError(joined(lines, "\n"));
}

void YamlReader::check_keys(const YAML::Node& map, std::string_view what,
                            std::initializer_list<std::string_view> known) {
  std::set<std::string> seen;
  for (const auto& entry : map) {
    std::string key;
    if (!attempt([&] { key = scalar(entry.first, "a key"); })) continue;
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      add(entry.first, fmt::format("unknown key '{}'{}; the keys of {} are {}", printable(key),
                                   detail::did_you_mean(key, known), what, joined(known, ", ")));
    } else if (!seen.insert(key).second) {
      add(entry.first, fmt::format("key '{}' comes twice; remove one", key));
    }
  }
}

std::string YamlReader::required(const YAML::Node& map, const char* key, std::string_view what) {
  const auto node = map[key];
  if (!node) fail(map, fmt::format("{} has no '{}'; add it", what, key));
  return scalar(node, fmt::format("'{}'", key));
}

std::string YamlReader::scalar(const YAML::Node& node, std::string_view what) {
  if (!node.IsScalar() || node.Scalar().empty())
    fail(node, fmt::format("{} must be one value that is not empty; quote what begins with ! or *", what));
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
