// vitals levels: the real executable.
#include <string>
#include <string_view>

#include <gmock/gmock.h>

#include <vitals/levels.hpp>

#include "support/test_path.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using ::testing::HasSubstr;

/// The template with its examples: what begins with # and no blank.
std::string with_examples(const std::string& yaml) {
  std::string result;
  for (std::size_t at = 0; at < yaml.size();) {
    const auto end = yaml.find('\n', at) + 1;
    const auto line = yaml.substr(at, end - at);
    result += line.starts_with('#') && !line.starts_with("# ") ? line.substr(1)
              : line.starts_with("#  ")                        ? line.substr(1)
                                                               : line;
    at = end;
  }
  return result;
}

TEST(LevelsCommand, InitGivesAFileThatIsGood) {
  const auto printed = run_tool({"levels", "init"});
  ASSERT_EQ(printed.status, 0);
  EXPECT_EQ(printed.out, read_text(test_path("../src/tool/levels/levels_template.yml")));

  const auto path = temporary_folder() + "/init.yml";
  EXPECT_EQ(run_tool({"levels", "init", path}).status, 0);
  EXPECT_EQ(read_text(path), printed.out);
  const auto checked = run_tool({"levels", "check", path});
  EXPECT_EQ(checked.status, 0);
  EXPECT_EQ(checked.out, path + " is good\n");
}

TEST(LevelsCommand, ExamplesOfTheFileAreGoodAndHaveEveryKey) {
  const auto yaml = with_examples(run_tool({"levels", "init"}).out);
  const auto levels = ServiceLevels::parse(yaml, "template");

  EXPECT_EQ(levels.burn_rate_alerts, ServiceLevels::default_burn_rate_alerts());
  EXPECT_FALSE(levels.latency.empty() || levels.endpoint_classes.empty() || levels.route_budgets.empty() ||
               levels.query_budgets.empty());
  EXPECT_TRUE(levels.error_rate && levels.availability && levels.throughput && levels.cache_hit_ratio &&
              levels.memory_usage && levels.pool_usage);
  for (const auto* key : {"window", "bad_statuses", "others", "objective", "target", "critical", "alert", "alert_after",
                          "routes", "query_types", "tables", "transactions", "severity", "burn_rate", "long_window",
                          "short_window", "name", "metrics"})
    EXPECT_THAT(yaml, HasSubstr(std::string(key) + ":")) << key;
}

TEST(LevelsCommand, InitOverwritesNothing) {
  const auto path = temporary_file("mine.yml", "mine");

  const auto result = run_tool({"levels", "init", path});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err,
            "vitals levels: " + path + " can't be written: File exists; it is never overwritten, give another name\n");
  EXPECT_EQ(read_text(path), "mine");
  EXPECT_EQ(run_tool({"levels", "init", "/nowhere/a.yml"}).status, 3);
}

TEST(LevelsCommand, CheckTellsEachMistakeOnALine) {
  const auto path = temporary_file("wrong.yml", "latency:\n  - target: 150\n    critcal: 1s\n");

  const auto result = run_tool({"levels", "check", path});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, path + ":2:13: '150' has no unit; 'target' takes a time such as 150ms\n" + path +
                            ":3:5: unknown key 'critcal'; did you mean 'critical'?; the keys of 'latency[0]' are "
                            "objective, target, critical, alert, alert_after\n");
  EXPECT_EQ(run_tool({"levels", "check", "/nowhere.yml"}).status, 3);
}

TEST(LevelsCommand, WrongCommandLineIsNoAnswer) {
  EXPECT_EQ(run_tool({"levels"}).status, 3);
  EXPECT_EQ(run_tool({"levels", "check"}).status, 3);
  EXPECT_EQ(run_tool({"levels", "begin"}).status, 3);
  EXPECT_EQ(run_tool({"levels", "--help"}).status, 0);
}

}  // namespace
}  // namespace vitals::tool
