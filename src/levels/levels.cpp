#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <vitals/levels.hpp>

#include "core/text/printable.hpp"
#include "levels/levels_reader.hpp"
#include "levels/levels_writer.hpp"
#include "levels/yaml_tree.hpp"

namespace vitals {

namespace {

// One byte more than is read is enough to be refused.
constexpr std::size_t kMostRead = (std::size_t{1} << 20) + 1;

std::string contents_of(const std::string& path) {
  const auto refuse = [&path] {
    const auto why = std::generic_category().message(errno);
    throw std::invalid_argument(detail::printable(path, 4096) + ": can't be read: " + why +
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

ServiceLevels ServiceLevels::load(const std::string& path) { return parse(contents_of(path), path); }

ServiceLevels ServiceLevels::parse(std::string_view yaml, std::string_view source) {
  const auto shown = detail::printable(source, 4096);
  const auto tree = [&] {
    try {
      return detail::yaml_tree(yaml);
    } catch (const detail::YamlError& error) {
      throw std::invalid_argument(shown + ':' + std::to_string(error.place.line) + ':' +
                                  std::to_string(error.place.column) + ": " + error.what());
    }
  }();
  return detail::LevelsReader(tree).read(shown);
}

std::string ServiceLevels::to_yaml() const {
  check();
  return detail::levels_text(*this);
}

}  // namespace vitals
