#include "levels/levels_file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "core/text/printable.hpp"
#include "levels/levels_reader.hpp"
#include "yaml/yaml_tree.hpp"

namespace vitals::detail {

namespace {

// One byte more than is read is enough to be refused.
constexpr std::size_t kMostRead = (std::size_t{1} << 20) + 1;

std::string contents_of(const std::string& path) {
  const auto refuse = [&path] {
    const auto why = std::generic_category().message(errno);
    throw std::invalid_argument(printable(path, 4096) + ": can't be read: " + why +
                                "; give the path of a file of service levels");
  };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rbe"), std::fclose};
  if (!file) refuse();
  std::string text(kMostRead, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) refuse();
  return text;
}

}  // namespace

ServiceLevels load_levels(const std::string& path, const LevelJudge& judge) {
  return parse_levels(contents_of(path), path, judge);
}

ServiceLevels parse_levels(std::string_view yaml, std::string_view source, const LevelJudge& judge) {
  std::vector<YamlError> syntax;
  const auto tree = yaml_tree(yaml, syntax);
  return LevelsReader(tree, syntax).read(printable(source, 4096), judge);
}

}  // namespace vitals::detail
