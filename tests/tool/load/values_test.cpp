#include "tool/load/values.hpp"

#include <regex>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tool/load/text_template.hpp"

namespace vitals::tool {
namespace {

using Source = LoadVariable::Source;

std::vector<LoadVariable> one(LoadVariable variable) { return {std::move(variable)}; }

TEST(Values, IntegersAndChoicesReachAllAndNothingElse) {
  std::vector<LoadVariable> variables(2);
  variables[0] = {"n", Source::Integer, -1, 2};
  variables[1] = {"word", Source::Choice, 0, 0, {"a", "b"}};
  Values values(variables, 1);

  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    values.draw({0, 1});
    seen.emplace(values.text(0));
    seen.emplace(values.text(1));
  }

  EXPECT_EQ(seen, (std::set<std::string>{"-1", "0", "1", "2", "a", "b"}));
}

TEST(Values, IdsHaveTheirForm) {
  std::vector<LoadVariable> variables(2);
  variables[0] = {"uuid", Source::Uuid};
  variables[1] = {"id", Source::Id, 0, 20};
  Values values(variables, 1);
  values.draw({0, 1});
  const std::string first{values.text(0)};

  EXPECT_TRUE(
      std::regex_match(first, std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")))
      << first;
  EXPECT_TRUE(std::regex_match(std::string{values.text(1)}, std::regex("[0-9a-f]{20}"))) << values.text(1);
  values.draw({0});
  EXPECT_NE(values.text(0), first);
}

TEST(Values, DatesLieInTheirRange) {
  const auto variables = one({"day", Source::Date, 86400, 259'200, {}, "%Y-%m-%d"});
  Values values(variables, 1);

  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    values.draw({0});
    seen.emplace(values.text(0));
  }

  EXPECT_EQ(*seen.begin(), "1970-01-02");
  EXPECT_LE(*seen.rbegin(), "1970-01-04");
}

TEST(Values, CountersOfThreadsHaveNoNumberInCommon) {
  const auto variables = one({"n", Source::Counter, 10});
  const Values values(variables, 1);

  std::set<std::string> seen;
  for (const std::size_t thread : {0U, 1U, 2U}) {
    auto own = values.of_thread(1, thread, 3);
    for (int i = 0; i < 4; ++i) {
      own.draw({0});
      seen.emplace(own.text(0));
    }
  }

  EXPECT_EQ(seen.size(), 12);
  EXPECT_EQ(*seen.begin(), "10");
  EXPECT_EQ(*seen.rbegin(), "21");
}

TEST(Values, ThreadsHaveWhatTheSetupExtracted) {
  const auto variables = one({"token", Source::Answer});
  Values values(variables, 1);
  values.set(0, "secret");

  EXPECT_EQ(values.of_thread(1, 0, 1).text(0), "secret");
}

TEST(TextTemplate, EscapesAsThePlaceNeeds) {
  const auto variables = one({"x", Source::Answer});
  Values values(variables, 1);
  values.set(0, "a/\"b c\"ä");
  TextTemplate text;
  text.add("<");
  for (const auto escape : {Escape::None, Escape::Path, Escape::Json, Escape::JsonString}) {
    text.add(0, escape);
    text.add("|");
  }

  std::string out;
  append(out, text, values);

  EXPECT_EQ(out, R"(<a/"b c"ä|a%2F%22b%20c%22%C3%A4|a/\"b c\"ä|"a/\"b c\"ä"|)");
}

}  // namespace
}  // namespace vitals::tool
