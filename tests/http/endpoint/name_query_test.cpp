#include "http/endpoint/name_query.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/http/scrape.hpp>

namespace vitals::detail {
namespace {

using Names = std::vector<std::string>;

// The names; of a faulty query what is wrong.
Names names_of(std::string_view query) {
  auto found = parse_name_query(query);
  return found.fault.empty() ? found.names : Names{std::string{found.fault}};
}

TEST(NameQuery, AscendsAndHasEachOnce) {
  EXPECT_EQ(names_of("name[]=b&name[]=a_total&name[]=b"), (Names{"a_total", "b"}));
}

TEST(NameQuery, ReadsWhatFormsEncode) {
  EXPECT_EQ(names_of("name%5B%5D=a%5ftotal&n%61me[%5d=b"), (Names{"a_total", "b"}));
  EXPECT_EQ(names_of("name[]=%C3%A9+x%26y%3D%00"), Names{std::string("\xC3\xA9 x&y=\0", 8)});
  EXPECT_EQ(names_of("name[]=a=b"), Names{"a=b"});
}

TEST(NameQuery, WithoutTheParameterThereAreNone) {
  for (const char* query :
       {"", "&", "=", "name=a", "names[]=a", "xname[]=a", "name%5B=a", "debug=%zz&%=1&x", "name[]x=a"})
    EXPECT_EQ(names_of(query), Names{}) << query;
}

TEST(NameQuery, WithoutAValueItIsTheNameThatNothingHas) {
  EXPECT_EQ(names_of("name[]"), Names{""});
  EXPECT_EQ(names_of("name[]=&"), Names{""});
}

TEST(NameQuery, RefusesEscapesThatAreNone) {
  for (const char* query : {"name[]=%", "name[]=%4", "name[]=a%4g", "name[]=%-1", "name[]=a&name[]=%%"})
    EXPECT_EQ(names_of(query), Names{"name[]: a '%' is not followed by two hexadecimal digits\n"}) << query;
}

TEST(NameQuery, RefusesLongNamesAndMany) {
  const std::string longest(1'024, 'a');
  std::string many;
  for (int i = 0; i < 128; ++i) many += "&name[]=a";

  EXPECT_EQ(names_of("name[]=" + longest), Names{longest});
  EXPECT_EQ(names_of("name[]=" + longest + "a"), Names{"name[]: a name has more than 1024 bytes\n"});
  EXPECT_EQ(names_of(many), Names{"a"});
  EXPECT_EQ(names_of(many + "&name[]=a"), Names{"name[]: more than 128 names; ask for some of them at a time\n"});
}

TEST(NameQuery, StandsBehindTheMark) {
  EXPECT_EQ(query_of("/metrics"), "");
  EXPECT_EQ(query_of("/metrics?"), "");
  EXPECT_EQ(query_of("http://host/metrics?name[]=a?b"), "name[]=a?b");
}

TEST(NameQuery, IsPutTogetherOfItsParts) {
  std::string query;
  add_to_query(query, "debug", "");
  add_to_query(query, "name[]", "a&b=%c+d \xff");

  EXPECT_EQ(names_of(query), Names{"a&b=%c+d \xff"});
}

}  // namespace
}  // namespace vitals::detail
