#include "push/push_target.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace vitals::detail {
namespace {

using ::testing::HasSubstr;

std::string path_of(std::string job, std::vector<Label> grouping = {}) {
  return push_target({.url = "http://h:9091", .job = std::move(job), .grouping = std::move(grouping)})
      .substr(std::string{"http://h:9091"}.size());
}

TEST(PushTarget, HasJobAndLabelsInTheOrderGiven) {
  EXPECT_EQ(path_of("backup", {{"instance", "a"}, {"disk", "sda1"}}), "/metrics/job/backup/instance/a/disk/sda1");
}

TEST(PushTarget, EscapesWhatAPathHasNot) {
  EXPECT_EQ(path_of("a b%+&?#\xC3\xA4~"), "/metrics/job/a%20b%25%2B%26%3F%23%C3%A4~");
}

TEST(PushTarget, PutsWhatNoPartOfAPathCanBeInBase64) {
  EXPECT_EQ(path_of("/"), "/metrics/job@base64/Lw");
  EXPECT_EQ(path_of("j", {{"path", "/var/tmp"}}), "/metrics/job/j/path@base64/L3Zhci90bXA");
  EXPECT_EQ(path_of("j", {{"a", ""}, {"b", "."}, {"c", ".."}}), "/metrics/job/j/a@base64/=/b@base64/Lg/c@base64/Li4");
  EXPECT_EQ(path_of("?>/\xC3\xBF"), "/metrics/job@base64/Pz4vw78");  // + and / would be in the other alphabet
}

TEST(PushTarget, ReplacesWhatIsNoUtf8) { EXPECT_EQ(path_of("a\xFF"), "/metrics/job/a%EF%BF%BD"); }

TEST(PushTarget, KeepsThePathOfTheUrl) {
  EXPECT_EQ(push_target({.url = "https://h/push//", .job = "j"}), "https://h/push/metrics/job/j");
}

// The examples of RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
  const std::vector<std::pair<std::string, std::string>> examples{{"", ""},
                                                                  {"f", "Zg=="},
                                                                  {"fo", "Zm8="},
                                                                  {"foo", "Zm9v"},
                                                                  {"foob", "Zm9vYg=="},
                                                                  {"fooba", "Zm9vYmE="},
                                                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : examples) EXPECT_EQ(base64(plain, Base64::Standard), encoded);
  EXPECT_EQ(base64("\xFB\xEF\xFF", Base64::Standard), "++//");
  EXPECT_EQ(base64("\xFB\xEF\xFF", Base64::Url), "--__");
  EXPECT_EQ(base64("f", Base64::Url), "Zg");
}

TEST(PushUrl, GoodOnesHaveNoFault) {
  for (const char* url : {"http://127.0.0.1:9091", "HTTPS://gateway.example", "http://[::1]:9091/",
                          "http://h:1/a/b-c/%20", "http://push_gateway:65535", "http://h/metrics-gateway"})
    EXPECT_EQ(url_fault(url), "") << url;
}

TEST(PushUrl, NamesRuleAndFix) {
  const std::vector<std::pair<const char*, const char*>> faults{
      {"", "must begin with http:// or https://"},
      {"127.0.0.1:9091", "must begin with http:// or https://"},
      {"ftp://h", "must begin with http:// or https://"},
      {"http:/h", "must begin with http:// or https://"},
      {"http://", "has no host"},
      {"http:///a", "has no host"},
      {"http://:9091", "has no host"},
      {"http://u:p@h", "give them as username and password"},
      {"http://h?a=b", "query"},
      {"http://h/a?b", "query"},
      {"http://h/#a", "fragment"},
      {"http://h:", "1 to 65535"},
      {"http://h:0", "1 to 65535"},
      {"http://h:65536", "1 to 65535"},
      {"http://h:9091x", "1 to 65535"},
      {"http://a:b:1", "1 to 65535"},
      {"http://[::1", "brackets has no end"},
      {"http://[::1]9091", "only a port"},
      {"http://[]:1", "IPv6"},
      {"http://[h]:1", "IPv6"},
      {"http://h ost", "letters, digits, dots"},
      {"http://h\xC3\xA4", "ASCII"},
      {"http://h/a b", "%XX"},
      {"http://h/a%2", "%XX"},
      {"http://h/a\nb", "%XX"},
      {"http://h/../a", "the parts . and .."},
      {"http://h/a/.", "the parts . and .."},
      {"http://h:9091/metrics/job/backup", "is added by vitals"},
      {"http://h:9091/metrics", "is added by vitals"},
      {"http://h:9091/push/metrics//", "is added by vitals"},
  };
  for (const auto& [url, rule] : faults) EXPECT_THAT(url_fault(url), HasSubstr(rule)) << url;
}

TEST(PushUrl, IsShownWithoutSecrets) {
  EXPECT_EQ(shown_url("http://user:pass@h/a?token=b"), "***@h/a");
  EXPECT_EQ(shown_url("http://h/\n"), "http://h/\\x0a");
  EXPECT_LT(shown_url("http://" + std::string(10'000, 'h')).size(), 300U);
}

}  // namespace
}  // namespace vitals::detail
