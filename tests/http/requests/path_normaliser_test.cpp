#include "http/requests/path_normaliser.hpp"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(PathNormaliser, ReplacesWhatLooksLikeAValue) {
  EXPECT_EQ(normalise_path("/users/123/x"), "/users/{id}/x");
  EXPECT_EQ(normalise_path("/" + std::string(50, '7')), "/{id}");
  EXPECT_EQ(normalise_path("/o/123e4567-e89b-12d3-a456-42661417400A"), "/o/{uuid}");
  EXPECT_EQ(normalise_path("/blobs/d41d8cd98f00b204"), "/blobs/{hex}");
  EXPECT_EQ(normalise_path("/blobs/DeadBeefDeadBeef"), "/blobs/{hex}");
  EXPECT_EQ(normalise_path("/e/01ARZ3NDEKTSV4RRFFQ69G5FAV"), "/e/{ulid}");
  EXPECT_EQ(normalise_path("/days/2026-11-29/slots"), "/days/{date}/slots");
  EXPECT_EQ(normalise_path("/t/eyJhbGciOiJIUzI1NiJ9"), "/t/{token}");
  EXPECT_EQ(normalise_path("/t/" + std::string(33, 'x')), "/t/{token}");
  EXPECT_EQ(normalise_path("/t/J%C3%BCrgen"), "/t/{token}");
}

TEST(PathNormaliser, LeavesWordsAsTheyAre) {
  for (const auto* path : {"/", "/api/v1/users", "/a-b_c.d~e", "/favicon.ico", "/user42", "/deadbeef", "/2026-13-01",
                           "/2026-11-32", "/x@y:z,w;v=u", "/appointment-types-archive", "/81ARZ3NDEKTSV4RRFFQ"}) {
    EXPECT_EQ(normalise_path(path), path);
  }
  EXPECT_EQ(normalise_path("/" + std::string(32, 'x')), "/" + std::string(32, 'x'));
  EXPECT_EQ(normalise_path("/d41d8cd98f00b20"), "/d41d8cd98f00b20");
}

TEST(PathNormaliser, OneThatIsNearlyOfAClassIsAToken) {
  EXPECT_EQ(normalise_path("/123e4567-e89b-12d3-a456-42661417400g"), "/{token}");
  EXPECT_EQ(normalise_path("/123e4567e-89b-12d3-a456-426614174000"), "/{token}");
  EXPECT_EQ(normalise_path("/81ARZ3NDEKTSV4RRFFQ69G5FAV"), "/{token}");
  EXPECT_EQ(normalise_path("/01ARZ3NDEKTSV4RRFFQ69G5FAI"), "/{token}");
}

TEST(PathNormaliser, HostileBytesAreTokens) {
  for (const auto* segment :
       {"\xff", "\xc3\xa4", "a b", "a\"b", "a\nb", "<script>", "{", "{var}", "{other}", "*", "a*", "\\"})
    EXPECT_EQ(normalise_path(std::string{"/a/"} + segment + "/b"), "/a/{token}/b") << segment;
  EXPECT_EQ(normalise_path(std::string{"/a\0b", 4}), "/{token}");
}

TEST(PathNormaliser, CutsQueriesAndWhatFollowsTheEighthSegment) {
  EXPECT_EQ(normalise_path("//a///1//?x=/2"), "/a/{id}");
  EXPECT_EQ(normalise_path("https://host/a/1#x"), "/a/{id}");
  EXPECT_EQ(normalise_path("/1/2/3/4/5/6/7/x"), "/{id}/{id}/{id}/{id}/{id}/{id}/{id}/x");
  EXPECT_EQ(normalise_path("/a/b/c/d/e/f/g/h/"), "/a/b/c/d/e/f/g/h");
  EXPECT_EQ(normalise_path("/a/b/c/d/e/f/g/h/i"), "/a/b/c/d/e/f/g/*");
  EXPECT_EQ(normalise_path(""), "/");
  EXPECT_EQ(normalise_path("*"), "");
  EXPECT_EQ(normalise_path("host:443"), "");
}

TEST(PathNormaliser, WhatItGivesIsBoundedAndItself) {
  std::mt19937 random{3};
  constexpr std::string_view kPieces[] = {"/",    "/", "/", "1", "a",          "%",    "f0",
                                          "{id}", "{", "*", "-", "2026-01-01", "\x80", "zz"};
  for (int i = 0; i < 20'000; ++i) {
    std::string path = "/";
    for (auto n = random() % 40; n > 0; --n) path += kPieces[random() % std::size(kPieces)];
    const std::string once = normalise_path(path);
    EXPECT_EQ(normalise_path(once), once) << path;
    EXPECT_LE(std::ranges::count(once, '/'), 8) << path;
    EXPECT_LE(once.size(), 8 * 33) << path;
  }
}

}  // namespace
}  // namespace vitals::detail
