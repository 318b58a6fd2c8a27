#include "tool/check/selector.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

TEST(GlobMatch, TakesOtherBytesLiterally) {
  EXPECT_TRUE(glob_match("/api/v1/clients/{id}", "/api/v1/clients/{id}"));
  EXPECT_FALSE(glob_match("/api/v1/clients/{id}", "/api/v1/clients/7"));
  EXPECT_FALSE(glob_match("/a.b", "/axb"));
  EXPECT_FALSE(glob_match("GET", "get"));
  EXPECT_TRUE(glob_match("", ""));
  EXPECT_FALSE(glob_match("", "x"));
}

TEST(GlobMatch, StarIsAnyBytesAndQuestionMarkOne) {
  EXPECT_TRUE(glob_match("5*", "503"));
  EXPECT_TRUE(glob_match("5*", "5"));
  EXPECT_FALSE(glob_match("5*", "404"));
  EXPECT_TRUE(glob_match("5??", "503"));
  EXPECT_FALSE(glob_match("5??", "50"));
  EXPECT_TRUE(glob_match("/api/*/clients", "/api/v1/x/clients"));
  EXPECT_TRUE(glob_match("*ab*b", "aababb"));
  EXPECT_FALSE(glob_match("*ab*c", "aababb"));
}

TEST(GlobMatch, BackslashTakesTheNextByteAsItIs) {
  EXPECT_TRUE(glob_match("/static/\\*", "/static/*"));
  EXPECT_FALSE(glob_match("/static/\\*", "/static/a"));
  EXPECT_TRUE(glob_match("a\\?", "a?"));
  EXPECT_FALSE(glob_match("a\\?", "ab"));
  EXPECT_TRUE(glob_match("a\\", "a\\"));
}

// A recursive matcher takes exponential time here.
TEST(GlobMatch, IsPolynomialForManyStars) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";

  EXPECT_FALSE(glob_match(pattern + "b", std::string(5000, 'a')));
}

TEST(Selector, NeedsOneClauseWhoseMatchersAllHold) {
  const Selector selector{{{{{"method", {"GET", "HEAD"}}, {"endpoint", {"/a"}}}}, {{{"endpoint", {"/b*"}}}}}};

  EXPECT_TRUE(selector.matches({{"endpoint", "/a"}, {"method", "HEAD"}}));
  EXPECT_FALSE(selector.matches({{"endpoint", "/a"}, {"method", "POST"}}));
  EXPECT_TRUE(selector.matches({{"endpoint", "/bc"}, {"method", "POST"}}));
  EXPECT_FALSE(Selector{}.matches({}));
}

TEST(Selector, TreatsAMissingLabelAsEmpty) {
  const Selector missing{{{{{"table", {""}}}}}};
  const Selector any{{{{{"table", {"*"}}}}}};

  EXPECT_TRUE(missing.matches({{"query_type", "SELECT"}}));
  EXPECT_TRUE(any.matches({{"query_type", "SELECT"}}));
}

}  // namespace
}  // namespace vitals::tool
