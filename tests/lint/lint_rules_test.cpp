// The table, the guide, the sources and the tests know the same rules.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "core/lint/rules.hpp"
#include "support/test_path.hpp"

namespace vitals {
namespace {

namespace fs = std::filesystem;

using detail::entry_of;
using detail::lint_rule_of;
using detail::LintRule;
using detail::LintRuleSeverity;

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The files of a folder, those in its folders too, whose names begin so.
std::string all_of(const fs::path& folder, const std::string& prefix = "") {
  std::string text;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    const bool is_list = name.starts_with("rules.") || name == "lint_rules_test.cpp";
    if (entry.is_regular_file() && name.starts_with(prefix) && !is_list) text += contents(entry.path());
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

// The tables below "## Rules" of the guide: each rule, with its letters.
std::map<std::string, std::string> documented() {
  const auto guide = contents(kRoot / "docs/lint.md");
  const auto tables = guide.substr(guide.find("## Rules"));
  const std::regex row("\n\\| (`[^|]*) \\| ([EW/]*) \\|");
  std::map<std::string, std::string> rules;
  for (std::sregex_iterator match(tables.begin(), tables.end(), row), end; match != end; ++match) {
    for (const auto& rule : matches((*match)[1], std::regex("`([a-z0-9-]+)`"))) rules[rule] = (*match)[2];
  }
  return rules;
}

std::string letters(LintRuleSeverity severity) {
  if (severity == LintRuleSeverity::Varies) return "E/W";
  return severity == LintRuleSeverity::Error ? "E" : "W";
}

// "after-eof" is AfterEof.
std::string enumerator(const std::string& id) {
  std::string name;
  bool starts = true;
  for (const char c : id) {
    if (c != '-') name += starts ? static_cast<char>(std::toupper(c)) : c;
    starts = c == '-';
  }
  return name;
}

TEST(LintRules, AreInTheGuide) {
  const auto rules = lint_rules();

  std::map<std::string, std::string> listed;
  for (const auto rule : rules) listed.emplace(rule, letters(entry_of(lint_rule_of(rule).value()).severity));

  EXPECT_TRUE(std::is_sorted(rules.begin(), rules.end()));
  EXPECT_GT(rules.size(), 90U);
  EXPECT_EQ(listed, documented());
}

TEST(LintRules, AreInTheSourcesAndTheTests) {
  const auto sources =
      all_of(kRoot / "src/core/lint") + all_of(kRoot / "src/lint") + all_of(kRoot / "src/tool", "lint");
  const auto tests =
      all_of(kRoot / "tests/core/lint") + all_of(kRoot / "tests/lint") + all_of(kRoot / "tests/tool", "lint_");
  const auto reported = matches(sources, std::regex("LintRule::(\\w+)"));

  for (const auto id : lint_rules()) {
    const std::string rule{id};
    EXPECT_TRUE(reported.contains(enumerator(rule))) << rule << " is never reported";
    const std::regex tested("\"" + rule + "[ \"]|\\[" + rule + "\\]");
    EXPECT_TRUE(std::regex_search(tests, tested)) << rule << " has no test";
    EXPECT_EQ(sources.find('"' + rule + '"'), std::string::npos) << rule << " is spelled outside the table";
  }
}

TEST(LintRules, HaveASentence) {
  for (const auto id : lint_rules()) {
    const auto text = entry_of(lint_rule_of(id).value()).text;
    EXPECT_TRUE(std::regex_match(std::string{text}, std::regex("[A-Z].* .*[^.]\\."))) << text;
  }
}

TEST(LintRules, AreFoundById) {
  EXPECT_EQ(lint_rule_of("wire-type"), LintRule::WireType);
  EXPECT_EQ(entry_of(LintRule::AfterEof).id, "after-eof");
  for (const auto* none : {"", "a", "after-eo", "after-eof ", "zzz"}) EXPECT_EQ(lint_rule_of(none), std::nullopt);
}

}  // namespace
}  // namespace vitals
