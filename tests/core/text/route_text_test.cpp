#include "core/text/route_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(RouteText, SpellingsOfServersBecomeOneLabel) {
  EXPECT_EQ(canonical_pattern("/a/:id/<int>/{name}"), "/a/{id}/{int}/{name}");
  EXPECT_EQ(canonical_pattern(R"(/c/(\d+)/([^/]+)/(.*))"), "/c/{1}/{2}/*");
  EXPECT_EQ(canonical_pattern("//a//b/"), "/a/b");
  EXPECT_EQ(canonical_pattern("/a/:id{b/c"), "/a/{1}");
}

TEST(RouteText, CanonicalFormStaysAsItIs) {
  for (const auto* pattern :
       {"/", "//a//:id/", "/<int>/x", R"(/(\d+)/([^/]+)/.*)", "/{a/b}/c", "/a:b", "/:", "/{}/[/]/"}) {
    const std::string once = canonical_pattern(pattern);
    EXPECT_EQ(canonical_pattern(once), once) << pattern;
  }
}

// A label that learn() may be given by an adapter is held to less than a route that a user writes.
TEST(RouteText, LabelsMayHaveWhatRoutesMayNot) {
  EXPECT_EQ(label_fault("/a/v{id}?b"), "");
  EXPECT_NE(pattern_fault("/a/v{id}"), "");
  EXPECT_NE(pattern_fault("/a?b"), "");
}

}  // namespace
}  // namespace vitals::detail
