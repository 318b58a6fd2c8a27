// The list, the guide, the sources and the tests know the same rules.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "support/test_path.hpp"

namespace vitals {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string all_of(const fs::path& folder, const std::string& prefix) {
  std::string text;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(prefix) && !name.starts_with("lint_rules")) text += contents(entry.path());
  }
  return text;
}

std::set<std::string> matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    found.insert((*match)[1]);
  }
  return found;
}

const fs::path kRoot = fs::path(test_path("..")).lexically_normal();

// The first cells of the tables below "## Rules".
std::set<std::string> documented() {
  const auto guide = contents(kRoot / "docs/lint.md");
  std::string cells;
  for (const auto& cell : matches(guide.substr(guide.find("## Rules")), std::regex("\n\\| (`[^|]*) \\|")))
    cells += cell;
  return matches(cells, std::regex("`([a-z0-9-]+)`"));
}

TEST(LintRules, AreInTheGuide) {
  const auto rules = lint_rules();

  EXPECT_TRUE(std::is_sorted(rules.begin(), rules.end()));
  EXPECT_GT(rules.size(), 90U);
  EXPECT_EQ(std::set<std::string>(rules.begin(), rules.end()), documented());
}

TEST(LintRules, AreInTheSourcesAndTheTests) {
  const auto sources = all_of(kRoot / "src/core", "lint") + all_of(kRoot / "src/core", "exposition_line") +
                       contents(kRoot / "src/tool/lint/lint.cpp");
  const auto tests = all_of(kRoot / "tests/core", "lint_") + contents(kRoot / "tests/tool/lint/lint_test.cpp");
  const std::set<std::string> rules(lint_rules().begin(), lint_rules().end());

  for (const auto& rule : rules) {
    EXPECT_NE(sources.find('"' + rule + '"'), std::string::npos) << rule << " is never reported";
    const std::regex tested("\"" + rule + "[ \"]|\\[" + rule + "\\]");
    EXPECT_TRUE(std::regex_search(tests, tested)) << rule << " has no test";
  }
  for (const auto& rule : matches(sources, std::regex("\"([a-z0-9]+(?:-[a-z0-9]+)+)\""))) {
    EXPECT_TRUE(rules.contains(rule)) << rule << " is not in lint_rules()";
  }
}

}  // namespace
}  // namespace vitals
