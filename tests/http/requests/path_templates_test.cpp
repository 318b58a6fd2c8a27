#include "http/requests/path_templates.hpp"

#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/requests/route.hpp"

namespace vitals::detail {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct PathTemplatesTest : ::testing::Test {
  Route* make(std::string_view pattern) {
    patterns.emplace_back(pattern);
    return &routes.emplace_back(std::string{pattern});
  }
  PathTemplates& of_at_most(std::size_t max) {
    return all.emplace_back(
        max, [this](std::string_view pattern) { return make(pattern); }, dropped, /*seed=*/1);
  }
  /// What a request of this path counts under.
  static std::string request(PathTemplates& templates, std::string_view path, int status = 200) {
    const Route* route = templates.find(path);
    if (route == nullptr) route = templates.learn(templates.propose(path), status);
    return route != nullptr ? route->pattern : "";
  }
  static std::string known(const PathTemplates& templates, std::string_view path) {
    const Route* const route = templates.find(path);
    return route != nullptr ? route->pattern : "";
  }

  Counter dropped;
  std::deque<Route> routes;
  std::vector<std::string> patterns;  // in the order in which they were learned
  std::deque<PathTemplates> all;
  PathTemplates& templates = of_at_most(100);
};

TEST_F(PathTemplatesTest, FirstRequestIsCountedByWhatItTeaches) {
  EXPECT_EQ(request(templates, "/users/1/posts?page=2"), "/users/{id}/posts");
  EXPECT_EQ(known(templates, "/users/2/posts/"), "/users/{id}/posts");
  EXPECT_EQ(known(templates, "/users/1"), "");
  EXPECT_EQ(known(templates, "/users/bob/posts"), "");
  EXPECT_EQ(request(templates, "/"), "/");
  EXPECT_EQ(request(templates, "/a/b/c/d/e/f/g/h/i"), "/a/b/c/d/e/f/g/*");
  EXPECT_EQ(known(templates, "/a/b/c/d/e/f/g/j/k/l"), "/a/b/c/d/e/f/g/*");
  EXPECT_THAT(patterns, ElementsAre("/users/{id}/posts", "/", "/a/b/c/d/e/f/g/*"));
}

TEST_F(PathTemplatesTest, LearnsNothingFromStatusesThatSayNothingAboutThePath) {
  for (const int status : {400, 401, 404, 405, 429, 499, 0, -1})
    EXPECT_EQ(request(templates, "/a", status), "") << status;
  EXPECT_THAT(patterns, IsEmpty());

  for (const int status : {101, 200, 204, 302, 403, 422, 500, 503}) {
    const std::string path = "/s" + std::to_string(status);
    EXPECT_EQ(request(templates, path, status), path);
  }
}

TEST_F(PathTemplatesTest, TargetsWithoutAPathAreUnknown) {
  for (const auto* target : {"*", "host:443", "x"}) EXPECT_EQ(request(templates, target), "");
  EXPECT_THAT(patterns, IsEmpty());
}

TEST_F(PathTemplatesTest, ScannersTeachNothingAndLeaveThePlacesUsable) {
  std::vector<PathTemplates::Ticket> hanging;
  for (int i = 0; i < 100'000; ++i) {
    const std::string path = "/x" + std::to_string(i) + ".php";
    if (i % 2 == 0) {
      EXPECT_EQ(request(templates, path, 404), "");
    } else {
      hanging.push_back(templates.propose(path));  // its answer never comes
    }
  }

  EXPECT_THAT(patterns, IsEmpty());
  EXPECT_EQ(request(templates, "/real/1"), "/real/{id}");
}

TEST_F(PathTemplatesTest, TicketWhosePlaceWasTakenTeachesNothing) {
  const auto ticket = templates.propose("/first");
  for (int i = 0; i < 10'000; ++i) (void)templates.propose("/other" + std::to_string(i));

  EXPECT_EQ(templates.learn(ticket, 200), nullptr);
  EXPECT_THAT(patterns, IsEmpty());
}

TEST_F(PathTemplatesTest, RequestsOfOneTemplateShareItsPlaceAndRoute) {
  const auto first = templates.propose("/users/1");
  const auto second = templates.propose("/users/2");

  EXPECT_EQ(first, second);
  Route* const learned = templates.learn(first, 200);
  ASSERT_NE(learned, nullptr);
  EXPECT_EQ(templates.learn(second, 200), learned);
  EXPECT_EQ(templates.learn(second, 404), nullptr);
  EXPECT_THAT(patterns, SizeIs(1));
}

TEST_F(PathTemplatesTest, LearnsNoMoreThanItMay) {
  PathTemplates& few = of_at_most(3);
  for (const auto* path : {"/a", "/b", "/c", "/d", "/e/1"}) (void)request(few, path);

  EXPECT_THAT(patterns, ElementsAre("/a", "/b", "/c"));
  EXPECT_EQ(few.propose("/d"), PathTemplates::kNoRoom);
  EXPECT_EQ(known(few, "/a"), "/a");
  EXPECT_EQ(known(few, "/d"), "");
  EXPECT_EQ(request(of_at_most(0), "/a"), "");
}

TEST_F(PathTemplatesTest, CountsWhatItHasNoRoomFor) {
  PathTemplates& few = of_at_most(1);

  for (const auto* path : {"/a", "/b", "/b", "/a", "*"}) (void)request(few, path);
  for (const int status : {400, 401, 404, 405, 429, 499}) (void)request(few, "/c", status);

  EXPECT_EQ(dropped.value(), 2);
}

TEST_F(PathTemplatesTest, IsFullWhereNoRouteIsMade) {
  PathTemplates refused{100, [](std::string_view) { return nullptr; }, dropped};

  EXPECT_EQ(request(refused, "/a"), "");
  EXPECT_EQ(refused.propose("/a"), PathTemplates::kNoRoom);
  EXPECT_EQ(dropped.value(), 1);
}

TEST_F(PathTemplatesTest, SeventeenthNameAtAPlaceMakesThemOne) {
  for (int i = 0; i < 16; ++i) {
    const std::string path = "/users/name" + std::string(1, static_cast<char>('a' + i));
    EXPECT_EQ(request(templates, path), path);
    EXPECT_EQ(request(templates, path + "/posts/1"), path + "/posts/{id}");
  }
  (void)request(templates, "/users/7");
  (void)request(templates, "/groups/a");

  EXPECT_EQ(request(templates, "/users/zoe"), "/users/{var}");
  EXPECT_EQ(known(templates, "/users/namea"), "/users/{var}");
  EXPECT_EQ(known(templates, "/users/namea/posts/2"), "/users/{var}/posts/{id}");
  EXPECT_EQ(known(templates, "/users/new/posts/2"), "/users/{var}/posts/{id}");
  EXPECT_EQ(known(templates, "/users/7"), "/users/{id}");
  EXPECT_EQ(known(templates, "/groups/a"), "/groups/a");
  EXPECT_EQ(known(templates, "/users/{var}"), "");
}

TEST_F(PathTemplatesTest, NamesBelowNamesBecomeOneToo) {
  PathTemplates& many = of_at_most(1000);
  for (int i = 0; i < 16; ++i) {
    for (int j = 0; j < 3; ++j) {
      (void)request(many, "/u" + std::to_string(i) + "/p" + std::to_string(i * 3 + j) + "/end");
    }
  }
  EXPECT_EQ(request(many, "/another"), "/{var}");
  EXPECT_EQ(known(many, "/u1/p3/end"), "/{var}/{var}/end");
  EXPECT_EQ(known(many, "/u2/p3/end"), "/{var}/{var}/end");
}

TEST_F(PathTemplatesTest, WithoutRoomForTheOneNothingMoreIsKnown) {
  PathTemplates& few = of_at_most(16);
  for (int i = 0; i < 16; ++i) (void)request(few, "/n" + std::to_string(i));

  EXPECT_EQ(request(few, "/another"), "");
  EXPECT_EQ(known(few, "/n3"), "/n3");
  EXPECT_THAT(patterns, SizeIs(16));
}

TEST_F(PathTemplatesTest, WhatIsKnownStaysKnownWhereTheOneWouldNeedMoreRoom) {
  PathTemplates& few = of_at_most(17);
  for (int i = 0; i < 16; ++i) (void)request(few, "/n" + std::to_string(i) + "/x" + std::to_string(i));

  EXPECT_EQ(request(few, "/evil/x"), "");
  for (int i = 0; i < 16; ++i) {
    const std::string path = "/n" + std::to_string(i) + "/x" + std::to_string(i);
    EXPECT_EQ(known(few, path), path);
  }
}

TEST_F(PathTemplatesTest, ReadersAndLearnersWorkAtOnce) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  PathTemplates& many = of_at_most(500);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 3000; ++i) {
        const std::string name = "n" + std::to_string((i * 7 + thread) % 40);
        const std::string path = "/a/" + name + "/" + std::to_string(i) + "/end";
        const std::string counted = request(many, path, i % 3 == 0 ? 404 : 200);
        if (!counted.empty() && counted != "/a/" + name + "/{id}/end" && counted != "/a/{var}/{id}/end") ++wrong;
        (void)request(many, "/scan/" + std::to_string(i) + "x" + std::to_string(thread), 404);
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(request(many, "/a/n1/1/end"), "/a/{var}/{id}/end");
  EXPECT_EQ(known(many, "/a/n39/2/end"), "/a/{var}/{id}/end");
}

}  // namespace
}  // namespace vitals::detail
