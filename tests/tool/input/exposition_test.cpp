#include "tool/input/exposition.hpp"

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "support/test_path.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

struct Parsed {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  double value;
};

std::vector<Parsed> parse(std::string_view text, LintFormat format = LintFormat::Text) {
  std::vector<Parsed> samples;
  parse_exposition(text, format,
                   {.on_type = [](auto, auto) {},
                    .on_sample =
                        [&](const Sample& sample) {
                          auto& one = samples.emplace_back();
                          one.name = sample.name;
                          one.value = sample.value;
                          for (const auto& label : sample.labels) one.labels.emplace_back(label.name, label.value);
                        }});
  return samples;
}

std::string error_of(std::string_view text, LintFormat format = LintFormat::Text) {
  try {
    parse(text, format);
  } catch (const ExpositionError& error) {
    return error.what();
  }
  return "no error";
}

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

TEST(ParseExposition, ReadsNamesLabelsAndValues) {
  const auto samples = parse(
      "# HELP a_total Help with \\ and \"quotes\".\n# TYPE a_total counter\n\na_total 1\na:b{x=\"1\",y=\"\"} 2.5\n");

  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].name, "a_total");
  EXPECT_EQ(samples[0].value, 1);
  EXPECT_EQ(samples[1].name, "a:b");
  EXPECT_THAT(samples[1].labels, ElementsAre(Pair("x", "1"), Pair("y", "")));
  EXPECT_EQ(samples[1].value, 2.5);
}

TEST(ParseExposition, UnescapesLabelValues) {
  const auto samples = parse(R"(a{x="back\\slash",y="line\nfeed",z="\"quoted\" } , é"} 1)"
                             "\n");

  EXPECT_THAT(samples.at(0).labels,
              ElementsAre(Pair("x", "back\\slash"), Pair("y", "line\nfeed"), Pair("z", "\"quoted\" } , é")));
}

TEST(ParseExposition, TakesBlanksTabsATrailingCommaAndTimestamps) {
  const auto samples = parse(" \ta { x = \"1\" , } \t 2 1700000000000 \nb 3 -1\nc{} 4\nd{x=\"1\"}5\n");

  ASSERT_EQ(samples.size(), 4U);
  EXPECT_THAT(samples[0].labels, ElementsAre(Pair("x", "1")));
  EXPECT_EQ(samples[3].value, 5);
}

TEST(ParseExposition, ReadsEveryNumberThatPrometheusReads) {
  const auto samples = parse("a NaN\na +Inf\na -Inf\na 1e+06\na .5\na 5.\na +1\na -0\na inf\na 0.30000000000000004\n");

  EXPECT_TRUE(std::isnan(samples[0].value));
  EXPECT_EQ(samples[1].value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(samples[2].value, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(samples[3].value, 1e6);
  EXPECT_EQ(samples[6].value, 1);
  EXPECT_EQ(samples[9].value, 0.1 + 0.2);
}

TEST(ParseExposition, RejectsNumbersThatPrometheusRejects) {
  for (const auto* number : {"0x10", "1_000", "1,5", "+-1", "--1", "nan(1)", "abc", "1e", "1e999", "1\r", "", "∞"}) {
    EXPECT_THAT(error_of("a 1\nb " + std::string(number) + "\n"), StartsWith("line 2: expected a number")) << number;
  }
}

TEST(ParseExposition, NamesLineAndRuleOfMalformedText) {
  EXPECT_EQ(error_of("<html>\n"), "line 1: expected a metric name, found '<html>'");
  EXPECT_EQ(error_of("a 1\n\n# c\n9a 1\n"), "line 4: expected a metric name, found '9a 1'");
  EXPECT_EQ(error_of("a{x=1} 1\n"), "line 1: expected a label value in double quotes, found '1} 1'");
  EXPECT_EQ(error_of("a{x:y=\"1\"} 1\n"), "line 1: expected '=', found ':y=\"1\"} 1'");
  EXPECT_EQ(error_of("a{x=\"1\" y=\"2\"} 1\n"), "line 1: expected ',' or '}', found 'y=\"2\"} 1'");
  EXPECT_EQ(error_of("a{,} 1\n"), "line 1: expected a label name or '}', found ',} 1'");
  EXPECT_EQ(error_of("a{x=\"1\",,} 1\n"), "line 1: expected a label name or '}', found ',} 1'");
  EXPECT_EQ(error_of("a{x=\"1\n\"} 1\n"), "line 1: label value without its closing quote");
  EXPECT_EQ(error_of("a{x=\"1\\\n"), "line 1: label value without its closing quote");
  EXPECT_EQ(error_of("a{x=\"\\t\"} 1\n"), "line 1: unknown escape in '\\t'");
  EXPECT_EQ(error_of("a{x=\"1\",x=\"2\"} 1\n"), "line 1: label x twice");
  EXPECT_EQ(error_of("a{x=\"\xff\"} 1\n"), "line 1: label value is not valid UTF-8");
  EXPECT_EQ(error_of("a\n"), "line 1: expected a number, found the end of the line");
  EXPECT_EQ(error_of("a 1 2.5\n"), "line 1: expected a timestamp in milliseconds or the end of the line, found '2.5'");
  EXPECT_EQ(error_of("a 1 2 3\n"), "line 1: expected the end of the line, found '3'");
  EXPECT_EQ(error_of("a 1 # {id=\"x\"} 1\n"),
            "line 1: expected a timestamp in milliseconds or the end of the line, found '# {id=\"x\"} 1'");
}

TEST(ParseExposition, RejectsTextThatWasCutOff) {
  EXPECT_EQ(error_of("a 1\nb 2"), "line 2: the last line has no line feed: the text is cut off");
  EXPECT_EQ(error_of("a 1\nb 2\n"), "no error");
  EXPECT_EQ(error_of(""), "no error");
}

TEST(ParseExposition, ChecksMetadata) {
  EXPECT_EQ(error_of("# TYPE a counter\n# TYPE a counter\n"), "line 2: second TYPE of a");
  EXPECT_EQ(error_of("# HELP a x\n# HELP a y\n"), "line 2: second HELP of a");
  EXPECT_EQ(error_of("a 1\n# TYPE a counter\n"), "line 2: TYPE of a after its first sample");
  EXPECT_EQ(error_of("h_bucket{le=\"+Inf\"} 1\n# TYPE h histogram\n"), "line 2: TYPE of h after its first sample");
  EXPECT_EQ(error_of("# TYPE a stateset\n"), "line 1: TYPE of a must be counter, gauge, histogram, summary or untyped");
  EXPECT_EQ(error_of("# TYPE a\n"), "line 1: TYPE of a must be counter, gauge, histogram, summary or untyped");
  EXPECT_EQ(error_of("# TYPE\n"), "line 1: expected a metric name, found the end of the line");
  EXPECT_EQ(error_of("# EOF\n#\n# UNIT a seconds\n#comment\n# HELP a\n"), "no error");
}

TEST(ParseExposition, DoesNotLetTheServerDriveTheTerminal) {
  const auto message = error_of(
      "\x1b[2J\x9b"
      "1m\n");

  EXPECT_EQ(message, "line 1: expected a metric name, found '\\x1b[2J\\x9b1m'");
}

TEST(ParseExposition, LimitsWhatAHostileTextCosts) {
  std::string labels;
  for (int i = 0; i < 200; ++i) labels += "l" + std::to_string(i) + "=\"\",";
  std::string names;
  for (int i = 0; i < 200'001; ++i) names += "n" + std::to_string(i) + " 1\n";

  EXPECT_EQ(error_of("a{" + labels + "} 1\n"), "line 1: more than 64 labels");
  EXPECT_EQ(error_of(names), "line 200001: more than 200000 metric names");
}

std::string read_data(const std::string& name) {
  std::ifstream file(test_path("tool/data/" + name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Whatever happens to a real exposition, it is parsed or refused with a line number; the sanitizers see the rest.
TEST(ParseExposition, SurvivesMutations) {
  const auto original = read_data("after.prom");
  ASSERT_FALSE(original.empty());
  std::mt19937_64 random(20);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  constexpr std::string_view kBytes =
      "\n\n\"\\{}=,# \t+-.eNI\r\0\x80\xc3\xff"
      "a0";
  int refused = 0;

  for (int round = 0; round < 3000; ++round) {
    auto text = original.substr(below(original.size() / 2), 1 + below(4000));
    for (auto n = 1 + below(4); n > 0; --n) {
      const auto at = below(text.size());
      switch (below(3)) {
        case 0:
          text[at] = kBytes[below(kBytes.size())];
          break;
        case 1:
          text.erase(at, 1 + below(8));
          break;
        default:
          text.insert(at, text.substr(below(text.size()), below(30)));
      }
      if (text.empty()) text = "\n";
    }
    if (below(2) == 0) text += '\n';
    const auto error = error_of(text);
    if (error != "no error") {
      ++refused;
      EXPECT_THAT(error, StartsWith("line "));
      EXPECT_TRUE(is_utf8(error));
    }
  }

  EXPECT_GT(refused, 300);
  EXPECT_LT(refused, 3000);
}

TEST(IsUtf8, KnowsTheEdges) {
  for (const auto* good : {"", "a", "é", "€", "\xf0\x90\x8d\x88", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const auto* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3", "\xe2\x82", "\xc3(", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << printable(bad);
  }
}

TEST(Printable, EscapesControlsAndCutsAtACharacter) {
  EXPECT_EQ(printable("GET /é"), "GET /é");
  EXPECT_EQ(printable("\x1b[31m\x7f\n"), "\\x1b[31m\\x7f\\x0a");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "b"),
            "a\\x9bb");
  EXPECT_EQ(printable("caf\xff"), "caf\\xff");
  EXPECT_EQ(printable("ééé", 3), "é...");
}

}  // namespace
}  // namespace vitals::tool
