#include "http/requests/route_trie.hpp"

#include <atomic>
#include <deque>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/requests/linear_routes.hpp"
#include "http/requests/path_segments.hpp"
#include "http/requests/route.hpp"

namespace vitals::detail {
namespace {

struct RouteTrieTest : ::testing::Test {
  void add(const std::string& pattern) { trie.add(pattern, routes.emplace_back(pattern)); }
  [[nodiscard]] std::string match(std::string_view target) const {
    const Route* const found = trie.match(target);
    return found != nullptr ? found->pattern : "";
  }

  RouteTrie trie;
  std::deque<Route> routes;
};

TEST_F(RouteTrieTest, MatchesAbsoluteTargetsByTheirPath) {
  for (const auto* pattern : {"/", "/a/{id}"}) add(pattern);

  EXPECT_EQ(match("http://host/a/1?x=/"), "/a/{id}");
  EXPECT_EQ(match("https://user@host:8443/a/1#x"), "/a/{id}");
  EXPECT_EQ(match("HTTP://[::1]//a//1/"), "/a/{id}");
  EXPECT_EQ(match("http://host"), "/");
  EXPECT_EQ(match("http://host?x=/a/1"), "/");
  EXPECT_EQ(match("http://"), "/");
}

TEST_F(RouteTrieTest, TargetsWithoutAPathMatchNothing) {
  for (const auto* pattern : {"/*", "/a", "/{x}"}) add(pattern);

  for (const auto* target : {"*", "host:443", "a", "http:/a", "://a/a", "1http://host/a", "[::1]:443", "\\a", " /a"}) {
    EXPECT_EQ(match(target), "") << target;
  }
  EXPECT_EQ(match("/%2a"), "/{x}");
}

TEST_F(RouteTrieTest, SegmentsStayAsTheyWereSent) {
  for (const auto* pattern : {"/a/{x}", "/a/b/c", "/a/\xc3\xa4"}) add(pattern);

  EXPECT_EQ(match("/a/b%2Fc"), "/a/{x}");
  EXPECT_EQ(match("/a/.."), "/a/{x}");
  EXPECT_EQ(match("/a/../a/b/c"), "");
  EXPECT_EQ(match("/a/\xc3\xa4"), "/a/\xc3\xa4");
  EXPECT_EQ(match("/a/\xff\x80\xaf\xbf\xa3"), "/a/{x}");
  EXPECT_EQ(match(std::string_view{"/a\0/b/c", 7}), "");
  EXPECT_EQ(match(std::string_view{"/a/\0", 4}), "/a/{x}");
  EXPECT_EQ(match(std::string_view{"/a/b\0", 5}), "/a/{x}");
}

TEST_F(RouteTrieTest, SegmentsOfEverySizeAreComparedWhole) {
  std::string segment;
  for (int size = 1; size <= 40; ++size) {
    segment += static_cast<char>('a' + size % 26);
    add("/" + segment);         // in a table, with 39 siblings
    add("/x/" + segment);       // so too
    add("/" + segment + "/y");  // in a list
  }
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string path = "/" + segment.substr(0, size);
    for (const auto* end : {"", "/", "?z", "//", "/?", "/#"}) EXPECT_EQ(match(path + end), path) << path << end;
    EXPECT_EQ(match("/x" + path + "?"), "/x" + path);
    EXPECT_EQ(match(path + "/y"), path + "/y");
    for (std::size_t i = 1; i <= size; ++i) {
      std::string other = path;
      other[i] = '!';
      EXPECT_EQ(match(other), "");
      EXPECT_EQ(match("/x" + other), "");
    }
  }
}

TEST_F(RouteTrieTest, ReadsNothingBehindTheTarget) {
  for (const auto* pattern : {"/abc", "/abcdefgh", "/abcdefghijk/{x}"}) add(pattern);

  for (const std::string whole : {"/abc", "/abcdefgh", "/abcdefghijk/lm", "http://h/abc"}) {
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      const std::vector<char> exact{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
      const std::string found = match({exact.data(), exact.size()});  // AddressSanitizer sees what is read beyond
      EXPECT_TRUE(size < whole.size() || !found.empty()) << whole;
    }
  }
}

TEST_F(RouteTrieTest, ComesBackWhereTheWayOnFails) {
  for (const auto* pattern : {"/a/b/c", "/a/{x}/d", "/{x}/b/e", "/a/*", "/{x}/*", "/a/b/{x}/f"}) add(pattern);

  EXPECT_EQ(match("/a/b/c"), "/a/b/c");
  EXPECT_EQ(match("/a/b/d"), "/a/{x}/d");
  EXPECT_EQ(match("/a/b/e"), "/a/*");
  EXPECT_EQ(match("/z/b/e"), "/{x}/b/e");
  EXPECT_EQ(match("/z/b"), "/{x}/*");
  EXPECT_EQ(match("/a/b/c/f"), "/a/b/{x}/f");
  EXPECT_EQ(match("/a//b///c/"), "/a/b/c");
  EXPECT_EQ(match("/a/"), "/a/*");
  EXPECT_EQ(match("/"), "");
}

TEST_F(RouteTrieTest, RouteWinsOverItsOwnRestHoweverThePathEnds) {
  for (const auto* pattern : {"/a", "/a/*"}) add(pattern);

  for (const auto* path : {"/a", "/a/", "/a//", "/a?", "/a/?", "//a//#"}) EXPECT_EQ(match(path), "/a") << path;
  EXPECT_EQ(match("/a/b"), "/a/*");
}

TEST_F(RouteTrieTest, FindsEachOfManyThousandRoutes) {
  const auto pattern = [](int i) {
    return i % 2 == 0 ? "/api/resource-with-a-long-name-" + std::to_string(i) + "/{id}" : "/r" + std::to_string(i);
  };
  for (int i = 0; i < 20'000; ++i) add(pattern(i));

  for (int i = 0; i < 20'000; ++i) {
    const std::string text = pattern(i);
    EXPECT_EQ(trie.find(text), &routes[static_cast<std::size_t>(i)]);
    EXPECT_EQ(match(text + "?q"), text);
  }
  EXPECT_EQ(match("/r20001"), "");
  EXPECT_EQ(match("/api/resource-with-a-long-name-1/2"), "");
}

TEST_F(RouteTrieTest, PathsOfAMegabyteTakeBoundedTime) {
  for (const auto* pattern : {"/{x}", "/{x}/a", "/a/{x}/b", "/f/*"}) add(pattern);
  const std::string mega(1'000'000, 'x');

  EXPECT_EQ(match("/" + mega), "");
  EXPECT_EQ(match("/" + std::string(PathSegments::kMaxPath, 'x')), "/{x}");
  EXPECT_EQ(match("/" + std::string(PathSegments::kMaxPath - 2, 'x') + "/a"), "/{x}/a");
  EXPECT_EQ(match("/" + std::string(PathSegments::kMaxPath - 1, 'x') + "/a"), "");
  EXPECT_EQ(match("/y?" + mega), "/{x}");
  EXPECT_EQ(match("/f/" + mega), "/f/*");
  EXPECT_EQ(match("/f" + std::string(1'000'000, '/')), "/f/*");
  EXPECT_EQ(match(std::string(1'000'000, '/') + "a"), "");
  EXPECT_EQ(match(std::string(1'000'000, '\0')), "");
}

TEST_F(RouteTrieTest, SearchThatHasToStopFindsTheLastRest) {
  // Each level goes on by name and by hole, so there are 2^12 ways; the one that leads to "/end" is the last.
  const auto all_ways = [this](auto self, const std::string& prefix, int depth) -> void {
    if (depth == 12) return add(prefix + "/nowhere");
    self(self, prefix + "/a", depth + 1);
    self(self, prefix + "/{x}", depth + 1);
  };
  all_ways(all_ways, "", 0);
  std::string path;
  std::string holes;
  for (int i = 0; i < 12; ++i) path += "/a", holes += "/{x}";
  add(holes + "/end");

  EXPECT_EQ(match(path + "/nowhere"), path + "/nowhere");
  EXPECT_EQ(match(path + "/end"), "");
  add("/*");
  EXPECT_EQ(match(path + "/end"), "/*");
  add("/a/a/*");
  EXPECT_EQ(match(path + "/end"), "/a/a/*");
}

TEST_F(RouteTrieTest, MatchesAsALinearSearchDoes) {
  std::mt19937 random{7};
  constexpr const char* kSegments[] = {"a",   "b",   "c", "ab", "abcdefgh", "abcdefghi", "abcdefghijklmnopq",
                                       "{x}", "{x}", "*"};
  const auto any = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  const auto text = [&](std::size_t choices) {
    std::string path;
    for (auto n = any(5); n-- > 0 && !path.ends_with('*');) path += std::string{"/"} + kSegments[any(choices)];
    return path.empty() ? "/" : path;
  };
  for (int table = 0; table < 300; ++table) {
    RouteTrie fresh;
    testing::LinearRoutes reference;
    std::deque<Route> made;
    for (int i = 0; i < 12; ++i) {
      const std::string pattern = text(10);
      if (fresh.find(pattern) != nullptr) continue;
      fresh.add(pattern, made.emplace_back(pattern));
      reference.add(pattern);
      for (int j = 0; j < 20; ++j) {
        const std::string path = text(8);
        const Route* const found = fresh.match(path);
        EXPECT_EQ(found != nullptr ? found->pattern : "", reference.match(path)) << path;
      }
    }
  }
}

TEST_F(RouteTrieTest, RowsOfFixedSegmentsAreFoundAsEachRouteSplitsThem) {
  const std::vector<std::string> patterns{"/api/v1/clients-of-all/x",
                                          "/api/v1/clients-of-all/x/{id}/notes/of/all",
                                          "/api/v1/clients-of-all",
                                          "/api/v1/clients-of-all/y",
                                          "/api/v1/{any}/x",
                                          "/api",
                                          "/api/v2/b",
                                          "/api/v1/clients-of-all/x/{id}/notes/*",
                                          "/health/live",
                                          "/health/ready"};
  testing::LinearRoutes reference;
  for (const auto& added : patterns) {
    add(added);
    reference.add(added);
    for (std::string path : patterns) {
      if (const auto hole = path.find('{'); hole != std::string::npos)
        path.replace(hole, path.find('}') - hole + 1, "7");
      for (std::size_t size = 1; size <= path.size(); ++size) {
        for (const auto* end : {"", "/", "?/x", "#", "//x", "!"}) {
          const std::string target = path.substr(0, size) + end;
          EXPECT_EQ(match(target), reference.match(target)) << target << ", as of " << added;
        }
      }
      path.insert(4, "/");
      EXPECT_EQ(match(path), reference.match(path)) << path << ", as of " << added;
    }
  }
}

TEST_F(RouteTrieTest, ReadersFindWhatIsThereWhileRoutesAreAdded) {
  constexpr int kRoutes = 3000;
  const auto path_of = [](int i) { return "/a/" + std::to_string(i) + (i % 4 == 0 ? "/b/c/d" : ""); };
  for (int i = 0; i < kRoutes; ++i) routes.emplace_back(path_of(i) + (i % 3 == 0 ? "/*" : ""));
  std::atomic<int> added{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (unsigned seed = 0; seed < 3; ++seed) {
    readers.emplace_back([&, random = std::mt19937{seed}]() mutable {
      for (int known = 0; known < kRoutes; known = added.load(std::memory_order_acquire)) {
        const int i = static_cast<int>(random() % kRoutes);
        const Route& expected = routes[static_cast<std::size_t>(i)];
        const Route* const found = trie.match(path_of(i));
        if (found != (i < known ? &expected : nullptr) && (i < known || found != &expected)) ++wrong;
        if (i < known && trie.find(expected.pattern) != &expected) ++wrong;
      }
    });
  }
  for (int i = 0; i < kRoutes; ++i) {
    Route& route = routes[static_cast<std::size_t>(i)];
    trie.add(route.pattern, route);
    added.store(i + 1, std::memory_order_release);
  }
  for (auto& reader : readers) reader.join();

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace vitals::detail
