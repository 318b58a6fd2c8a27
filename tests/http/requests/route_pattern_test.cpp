#include "http/requests/route_pattern.hpp"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(const std::string& route) {
  try {
    (void)parse_route({"HttpMetrics", route});
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

TEST(RoutePattern, RefusesTwoHolesOfOneName) {
  EXPECT_THAT(refusal("/a/{id}/b/{id}"), AllOf(HasSubstr("\"/a/{id}/b/{id}\""), HasSubstr("two holes are called 'id'"),
                                               HasSubstr("give each a name of its own")));
  EXPECT_THAT(refusal("/:id/<id>"), HasSubstr("'id'"));
  EXPECT_THAT(refusal(R"(/{2}/(\d+))"), HasSubstr("'2'"));
  EXPECT_EQ(parse_route({"HttpMetrics", R"(/(\d+)/(\d+)/{id})"}).pattern, R"(/(\d+)/(\d+)/{id})");
}

TEST(RoutePattern, IsRefusedInTheNameOfWhoWasGivenIt) {
  EXPECT_EQ(refusal("/a?b"), "vitals::HttpMetrics: route \"/a?b\": a route has no query; leave out '?' and '#'");
}

TEST(RoutePattern, RefusesTwoRests) {
  EXPECT_THAT(refusal("/a/*/b/*"), HasSubstr("put it last"));
  EXPECT_THAT(refusal("/*/.*"), HasSubstr("put it last"));
}

TEST(RoutePattern, RefusesAMethodTwice) {
  EXPECT_THAT(refusal("GET|GET /a"), AllOf(HasSubstr("\"GET|GET /a\""), HasSubstr("'GET' stands there twice")));
  EXPECT_THAT(refusal("GET|POST|GET /a"), HasSubstr("write it once"));
  EXPECT_THAT(parse_route({"HttpMetrics", "GET|POST /a"}).methods, testing::ElementsAre("GET", "POST"));
}

TEST(RoutePattern, RefusesWhatNoPathWouldMatch) {
  EXPECT_THAT(refusal("/a/../b"), AllOf(HasSubstr("\"/a/../b\""), HasSubstr("'..'"), HasSubstr("leads to")));
  EXPECT_THAT(refusal("/."), HasSubstr("'.'"));
  std::string deep;
  for (std::size_t i = 0; i < kMaxSegments; ++i) deep += "/a";
  EXPECT_EQ(parse_route({"HttpMetrics", deep}).pattern, deep);
  EXPECT_THAT(refusal(deep + "/a"), AllOf(HasSubstr("more than 32 segments"), HasSubstr("'*'")));
}

TEST(RoutePattern, RefusesARegularExpressionBehindAName) {
  EXPECT_THAT(refusal(R"(/a/:id(\d+))"), HasSubstr("write it as {name}"));
  EXPECT_THAT(refusal("/a/:id{b"), HasSubstr("write it as {name}"));
}

}  // namespace
}  // namespace vitals::detail
