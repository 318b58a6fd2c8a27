#include "tool/load/json_path.hpp"

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

std::string fault(std::string_view text) {
  JsonPath path;
  return parse_json_path(text, path);
}

std::optional<std::string> find(std::string_view json, std::string_view text) {
  JsonPath path;
  EXPECT_EQ(parse_json_path(text, path), "");
  return JsonDocument(json).find(path);
}

TEST(JsonPath, FindsKeysAndItems) {
  constexpr std::string_view kJson = R"({"a": {"b.c": [{"d": "text"}, 7.5, null, [1, {"x": true}]]}})";

  EXPECT_EQ(find(kJson, "a.\"b.c\"[0].d"), "text");
  EXPECT_EQ(find(kJson, "a.\"b.c\"[1]"), "7.5");
  EXPECT_EQ(find(kJson, "a.\"b.c\"[2]"), "null");
  EXPECT_EQ(find(kJson, "a.\"b.c\"[3]"), R"([1,{"x":true}])");
  EXPECT_EQ(find("[[5]]", "[0][0]"), "5");
}

TEST(JsonPath, FindsNothingWhereThereIsNothing) {
  EXPECT_EQ(find(R"({"a": [1]})", "a[1]"), std::nullopt);
  EXPECT_EQ(find(R"({"a": [1]})", "a.b"), std::nullopt);
  EXPECT_EQ(find(R"({"a": [1]})", "[0]"), std::nullopt);
  EXPECT_EQ(find("5", "a"), std::nullopt);
}

TEST(JsonPath, SaysWhatIsWrong) {
  for (const auto* wrong : {"", ".a", "\"a", "\"\""})
    EXPECT_NE(fault(wrong).find("begins with no key"), std::string::npos) << wrong;
  for (const auto* wrong : {"a[", "a[]", "a[x]", "a[-1]", "a[1"})
    EXPECT_NE(fault(wrong).find("no number between"), std::string::npos) << wrong;
  for (const auto* wrong : {"a..b", "a.", "a[0]b"})
    EXPECT_NE(fault(wrong).find("no key behind"), std::string::npos) << wrong;
}

TEST(JsonDocument, SaysWhetherItIsJson) {
  EXPECT_TRUE(JsonDocument("{}").is_json());
  EXPECT_FALSE(JsonDocument("{").is_json());
  EXPECT_FALSE(JsonDocument("\xff").is_json());
}

TEST(JsonDocument, SaysWhatIsThereInPlaceOfAPath) {
  const JsonDocument document(R"({"user": {"id": 7, "name": "Ann"}, "list": [1, 2], "none": {}})");
  const auto there = [&](const char* text) {
    JsonPath path;
    EXPECT_EQ(parse_json_path(text, path), "");
    return document.what_is_there(path);
  };

  EXPECT_EQ(there("token"), "it has the keys list, none, user");
  EXPECT_EQ(there("user.token"), "user has the keys id, name");
  EXPECT_EQ(there("user.id.token"), "user.id is a number");
  EXPECT_EQ(there("list[2]"), "list is a list of 2");
  EXPECT_EQ(there("none.token"), "none has no keys");
}

}  // namespace
}  // namespace vitals::tool
