// The forms of a report, as the real executable writes them.
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "support/test_path.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

ToolResult check_mixed(std::vector<std::string> more) {
  std::vector<std::string> arguments{"check",      "--before", "before.prom", "--after",  "after.prom",
                                     "--duration", "30s",      "--config",    "mixed.yml"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_tool(arguments);
}

// With the last parts of the names of their golden files.
std::vector<std::pair<std::string, std::string>> forms() {
  return {{"table", "txt"},   {"json", "json"},     {"junit", "junit.xml"},
          {"markdown", "md"}, {"nagios", "nagios"}, {"github", "github"}};
}

// One target, which is met or missed, whose name is as bad as a name can be.
std::string hostile_file(const std::string& bound) {
  return temporary_file("hostile.yml",
                        "targets:\n  - {name: \"<a href='x'>|=%&\\\"*_`@b:,\\n::error::\\e[31m\", measure: p95, of: "
                        "http_request_duration_seconds, below: " +
                            bound + "}\n");
}

TEST(Report, EachFormIsAsItIsKnown) {
  for (const auto& [form, golden] : forms()) {
    const auto result = check_mixed({"--format", form});
    EXPECT_EQ(result.status, 2) << form;
    EXPECT_EQ(result.out, read_text(test_path("golden/check_mixed." + golden))) << form;
  }
}

TEST(Report, FilesAreWrittenBesidesAndSayTheSame) {
  const auto junit = temporary_file("report.xml", "what was there, and is longer than nothing");
  const auto markdown = temporary_folder() + "/report.md";

  const auto result = check_mixed({"--report", "junit=" + junit, "--report", "markdown=" + markdown});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, read_text(test_path("golden/check_mixed.txt")));
  EXPECT_EQ(read_text(junit), read_text(test_path("golden/check_mixed.junit.xml")));
  EXPECT_EQ(read_text(markdown), read_text(test_path("golden/check_mixed.md")));
}

TEST(Report, MistakesAreToldBeforeAnythingIsMeasured) {
  for (const auto* wrong : {"junit", "junit=", "=x.xml", "xml=x.xml"}) {
    const auto result = run_tool({"check", "--url", "http://127.0.0.1:1/", "--report", wrong});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, AllOf(HasSubstr("FORM=FILE, such as junit=check.xml"), HasSubstr("nagios"))) << wrong;
  }
  const auto result = run_tool({"check", "--url", "http://127.0.0.1:1/", "--report", "junit=/nowhere/x.xml"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("can't write to /nowhere/x.xml: No such file or directory"));
}

TEST(Report, TwoReportsNeedTwoFiles) {
  const auto file = temporary_file("one.xml", "what was there");

  for (const auto& again : {file, temporary_folder() + "/./one.xml"}) {
    const auto result = check_mixed({"--report", "junit=" + file, "--report", "json=" + again});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("gets the report of --report junit="));
  }
  EXPECT_EQ(read_text(file), "what was there");
}

// That of an earlier check, in which all was well, must not be taken for that of one which failed.
TEST(Report, CheckThatFailedIsAnErrorInEveryForm) {
  const auto config = temporary_file("wrong<|.yml", "latency: [{target: 1}]\nerror_rate: {target: 2}\n");
  std::vector<std::string> arguments{"check", "--before", "before.prom", "--after", "after.prom", "--config", config};
  const auto file = [](const std::string& form) { return temporary_folder() + "/failed." + form; };
  for (const auto& [form, golden] : forms()) {
    temporary_file("failed." + form, "ok");
    arguments.insert(arguments.end(), {"--report", form + "=" + file(form)});
  }

  const auto result = run_tool(arguments);

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "");
  for (const auto& [form, golden] : forms()) {
    auto text = read_text(file(form));
    for (auto at = text.find(temporary_folder()); at != text.npos; at = text.find(temporary_folder()))
      text.erase(at, temporary_folder().size() + 1);
    EXPECT_EQ(text, read_text(test_path("golden/check_failed." + golden))) << form;
  }
}

TEST(Report, FileOfACheckThatCantReachTheServiceSaysSo) {
  const auto file = temporary_file("unreachable.xml", "<testsuites/>");

  const auto result = run_tool({"check", "--url", "http://user:secret@127.0.0.1:1/", "--report", "junit=" + file});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(read_text(file),
              AllOf(HasSubstr("errors=\"1\""), HasSubstr("<error message=\"http"), Not(HasSubstr("secret"))));
}

TEST(Report, FullDiskIsNoVerdict) {
  const auto result = check_mixed({"--report", "junit=/dev/full"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("can't write /dev/full: No space left on device"));
}

TEST(Report, JunitForgivesWarningsWhenTheCheckDoes) {
  const std::vector<std::string> arguments{"check",    "--before",          "before.prom", "--after", "after.prom",
                                           "--config", hostile_file("1ms"), "--format",    "junit"};
  auto forgiving = arguments;
  forgiving.insert(forgiving.end(), {"--fail-on", "critical"});

  EXPECT_THAT(run_tool(arguments).out, HasSubstr(R"(<testsuites tests="1" failures="1" errors="0" skipped="0">)"));
  const auto result = run_tool(forgiving);
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr(R"(<testsuites tests="1" failures="0" errors="0" skipped="0">)"));
}

TEST(Report, CheckThatJudgedNothingIsAnErrorInJunitToo) {
  const auto other = temporary_file("nothing.prom", "other_total 1\n");

  const auto result = run_tool({"check", "--before", other, "--after", other, "--format", "junit"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, AllOf(HasSubstr(R"(<testsuites tests="1" failures="0" errors="1" skipped="0">)"),
                                HasSubstr(R"(<error message="nothing was judged"/>)")));
}

TEST(Report, NamesCantBreakOutOfAnyForm) {
  const auto form = [](const std::string& name) {
    return run_tool({"check", "--before", "before.prom", "--after", "after.prom", "--config", hostile_file("1ms"),
                     "--format", name})
        .out;
  };
  EXPECT_THAT(form("junit"), HasSubstr(R"(name="&lt;a href='x'&gt;|=%&amp;&quot;*_`@b:,\x0a::error::\x1b[31m">)"));
  EXPECT_THAT(form("markdown"),
              AllOf(Not(HasSubstr("<a")),
                    HasSubstr("&#60;a href='x'&#62;&#124;=%&#38;\"&#42;&#95;&#96;&#64;b&#58;,&#92;x0a&#58;&#58;error"),
                    Not(HasSubstr("\x1b"))));
  EXPECT_THAT(form("nagios"), AllOf(StartsWith("VITALS WARNING - warning: 1 warning | '<a href''x''>|%&"),
                                    HasSubstr("\nwarning: <a href='x'>/=%&")));
  const std::string github = form("github");
  EXPECT_THAT(github, StartsWith("::warning title=<a href='x'>|=%25&\"*_`@b%3A%2C"));
  EXPECT_THAT(github, Not(HasSubstr("\n::error")));
}

// By the guidelines: a label in quotes, in which a quote is doubled; a number without exponent; ranges.
TEST(Report, PerformanceDataIsWhatNagiosReads) {
  const std::string out = check_mixed({"--format", "nagios"}).out;
  const std::string line = out.substr(0, out.find('\n'));
  const auto bar = line.find(" | ");
  ASSERT_NE(bar, std::string::npos);
  const std::regex one{"'(?:[^'=]|'')+'=-?[0-9]+(?:\\.[0-9]+)?(?:s|B|%|)(?:;[0-9.]*:?){2}"};
  std::string data = line.substr(bar + 3);
  std::smatch match;
  int n = 0;
  for (; std::regex_search(data, match, one, std::regex_constants::match_continuous); ++n) {
    data = match.suffix();
    data.erase(0, data.starts_with(' ') ? 1 : 0);
  }
  EXPECT_EQ(n, 5);
  EXPECT_EQ(data, "");
}

}  // namespace
}  // namespace vitals::tool
