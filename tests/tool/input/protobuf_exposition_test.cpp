#include "tool/input/protobuf_exposition.hpp"

#include <random>
#include <string>

#include <gmock/gmock.h>

#include <vitals/vitals.hpp>

#include "tool/check/continuity.hpp"
#include "tool/check/scrape.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Registry& registry() {
  static Registry registry;
  static const bool filled = [] {
    registry.counter("a", "Help.", {"x"}).with("é\"\\\n").inc(3);
    registry.gauge("g_bytes", "Help.").set(-1.5);
    registry.summary("s_seconds", "Help.").observe(2);
    auto& histogram = registry.histogram("h_seconds", "Help.", Buckets{.1, 1, 1e6});
    histogram.observe(.05);
    histogram.observe(100);
    return true;
  }();
  (void)filled;
  return registry;
}

std::string body(Format format) {
  std::string out;
  expose(registry(), {.format = format, .created_lines = true}, out);
  return out;
}

Scrape scrape(Format format, LintFormat as) {
  return Scrape::parse(body(format), {"a_total", "g_bytes", "h_seconds_bucket", "s_seconds_count"}, as);
}

std::string error_of(std::string_view body) {
  try {
    Scrape::parse(body, {"a_total"}, LintFormat::Protobuf);
  } catch (const ExpositionError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseExposition, ThreeFormatsSayTheSame) {
  const auto text = scrape(Format::Text, LintFormat::Text);
  const auto openmetrics = scrape(Format::OpenMetrics, LintFormat::OpenMetrics);
  const auto protobuf = scrape(Format::Protobuf, LintFormat::Protobuf);

  for (const auto* other : {&openmetrics, &protobuf}) {
    for (const auto* name : {"a_total", "g_bytes", "h_seconds_bucket", "s_seconds_count"}) {
      ASSERT_TRUE(text.find(name)) << name;
      ASSERT_TRUE(other->find(name)) << name;
      EXPECT_EQ(*text.find(name), *other->find(name)) << name;
    }
    EXPECT_EQ(text.names(), other->names());
    EXPECT_EQ(text.counters(), other->counters());
    EXPECT_EQ(other->type("a_total"), "counter");
    EXPECT_EQ(other->type("h_seconds"), "histogram");
  }
  EXPECT_EQ(text.find("h_seconds_bucket")->size(), 4U);
  EXPECT_EQ(openmetrics.created().size(), 3U);
  EXPECT_EQ(protobuf.created().size(), 3U);
  EXPECT_EQ(continuity(protobuf, openmetrics).kind, Continuity::Kind::Same);
  EXPECT_EQ(continuity(openmetrics, protobuf).kind, Continuity::Kind::Same);
}

TEST(ParseExposition, ProtobufThatIsCutOffOrDamagedIsRefused) {
  const auto whole = body(Format::Protobuf);

  EXPECT_EQ(error_of(whole), "no error");
  EXPECT_EQ(error_of(""), "no error");
  EXPECT_EQ(error_of(std::string_view(whole).substr(0, 5)), "message 1: the message is cut off");
  EXPECT_EQ(error_of(whole.substr(0, whole.size() - 1)), "message 4: the message is cut off");
  EXPECT_THAT(error_of(whole + whole), HasSubstr("second family a_total"));
}

TEST(ParseExposition, OpenMetricsWithoutItsEndIsRefused) {
  const auto error = [](std::string_view text) {
    try {
      Scrape::parse(text, {}, LintFormat::OpenMetrics);
    } catch (const ExpositionError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };

  EXPECT_EQ(error("# TYPE a counter\na_total 1\n# EOF\n"), "no error");
  EXPECT_EQ(error("# TYPE a counter\na_total 1\n# EOF"), "no error");
  EXPECT_EQ(error("# TYPE a counter\na_total 1\n"), "line 3: there is no # EOF: the text is cut off");
  EXPECT_EQ(error("# EOF\n# TYPE a counter\n"), "line 2: nothing may follow # EOF");
}

// With spans that overlap, one count of a bucket hid another.
TEST(ParseExposition, NativeSpansThatOverlapAreRefused) {
  const auto histogram = [](int offset_of_second) {
    const auto framed = [](char tag, const std::string& message) {
      return std::string{tag, static_cast<char>(message.size())} + message;
    };
    const auto span = [&](int offset) {
      return framed('\x62',
                    std::string{'\x08', static_cast<char>(offset < 0 ? -2 * offset - 1 : 2 * offset), '\x10', '\x01'});
    };
    const std::string deltas{'\x6a', '\x02', '\x06', '\x02'};  // counts 3 and 4
    const auto value = std::string{'\x08', '\x07', '\x28', '\x00'} + span(0) + span(offset_of_second) + deltas;
    const auto family = std::string{"\x0a\x01h\x18\x04"} + framed('\x22', framed('\x3a', value));
    return std::string{static_cast<char>(family.size())} + family;
  };

  EXPECT_EQ(error_of(histogram(1)), "no error");
  EXPECT_EQ(error_of(histogram(0)), "no error");
  EXPECT_EQ(error_of(histogram(-1)), "message 1: the native buckets of h contradict each other");
}

// Whatever happens to it, it is read or refused with the number of its message; the sanitizers see the rest.
TEST(ParseExposition, ProtobufSurvivesMutations) {
  Registry registry;
  registry.histogram("h_seconds", "Help.", Native{}).observe(.05);
  std::string original;
  expose(registry, {.format = Format::Protobuf}, original);
  original += body(Format::Protobuf);
  std::mt19937_64 random(23);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  int refused = 0;

  for (int round = 0; round < 3000; ++round) {
    auto text = original;
    for (auto n = 1 + below(4); n > 0; --n) text[below(text.size())] = static_cast<char>(below(256));
    const auto error = error_of(text);
    if (error == "no error") continue;
    ++refused;
    EXPECT_THAT(error, StartsWith("message "));
    EXPECT_TRUE(is_utf8(error));
  }

  EXPECT_GT(refused, 300);
}

}  // namespace
}  // namespace vitals::tool
