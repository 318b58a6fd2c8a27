#include <stdexcept>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>
#include <zstd.h>

#include <vitals/http/scrape.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string gunzip(const std::string& member) {
  std::string text(std::size_t{1} << 20, '\0');
  std::size_t size = 0;
  libdeflate_decompressor* decompressor = libdeflate_alloc_decompressor();
  const auto result =
      libdeflate_gzip_decompress(decompressor, member.data(), member.size(), text.data(), text.size(), &size);
  libdeflate_free_decompressor(decompressor);
  return result == LIBDEFLATE_SUCCESS ? text.substr(0, size) : "(no gzip)";
}

struct ScrapeTest : ::testing::Test {
  ScrapeTest() {
    auto& family = registry.counter("a_total", "A.", {"i"});
    for (int i = 0; i < 100; ++i) family.with(i).inc();
  }
  Registry registry;
};

TEST_F(ScrapeTest, GivesTheTextFormat) {
  const ScrapeResponse response = scrape(registry, "application/json", "");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(response.content_encoding, "");
  EXPECT_EQ(response.body, to_text(registry));
}

TEST_F(ScrapeTest, GivesTheFormatThatIsAskedFor) {
  const auto open_metrics = scrape(registry, "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1");
  EXPECT_EQ(open_metrics.content_type,
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
  EXPECT_EQ(open_metrics.body, to_openmetrics(registry));

  const auto protobuf = scrape(
      registry, "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", "gzip");
  EXPECT_EQ(protobuf.content_type,
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
            "escaping=underscores");
  EXPECT_EQ(gunzip(protobuf.body), to_protobuf(registry));
}

TEST(Scrape, TellsWhenCountingBeganIfTheRegistryIsToldTo) {
  const vitals::testing::FakeClock clock{1'500'000'000'250'000'000};
  Registry registry{{.clock = &clock, .created_lines = true}};
  registry.counter("a_total", "A.", {"x"}).with(1).inc();
  registry.histogram("b", "B.", Buckets{1}).observe(1);

  const std::string lines = scrape(registry, "application/openmetrics-text;version=1.0.0").body;
  const std::string text = scrape(registry).body;

  EXPECT_THAT(lines, HasSubstr("a_total{x=\"1\"} 1\na_created{x=\"1\"} 1500000000.25\n"));
  EXPECT_THAT(lines, HasSubstr("b_created 1500000000.25\n"));
  EXPECT_THAT(text, Not(HasSubstr("_created")));
}

TEST_F(ScrapeTest, GivesUtf8NamesToThoseWhoAskForThem) {
  const auto response = scrape(registry, "text/plain;version=1.0.0;escaping=allow-utf-8");

  EXPECT_EQ(response.content_type, "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
  EXPECT_EQ(response.body, to_text(registry));  // this registry has none
}

TEST_F(ScrapeTest, NeverRepeatsWhatTheClientSent) {
  const ScrapeResponse response =
      scrape(registry, "text/plain;version=0.0.4;escaping=\"x\r\nEvil: 1\"", "gzip\r\nEvil: 1");

  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(response.content_encoding, "");
}

TEST_F(ScrapeTest, CompressesALargeBodyForThoseWhoTakeIt) {
  const ScrapeResponse response = scrape(registry, "", "gzip");

  EXPECT_EQ(response.content_encoding, "gzip");
  EXPECT_LT(response.body.size(), to_text(registry).size() / 2);
  EXPECT_EQ(gunzip(response.body), to_text(registry));
}

TEST_F(ScrapeTest, CompressesByZstdForThoseWhoPreferIt) {
  const ScrapeResponse response = scrape(registry, "", "gzip;q=0.9, zstd");

  EXPECT_EQ(response.content_encoding, "zstd");
  std::string text(to_text(registry).size(), '\0');
  EXPECT_EQ(ZSTD_decompress(text.data(), text.size(), response.body.data(), response.body.size()), text.size());
  EXPECT_EQ(text, to_text(registry));
}

TEST_F(ScrapeTest, CompressesWhatHasManyPieces) {
  auto& family = registry.counter("many_total", "Many.", {"i"});
  for (int i = 0; i < 10'000; ++i) family.with(i).inc();
  for (int i = 0; i < 2'000; ++i) registry.gauge("few_" + std::to_string(i), "A family of one.").set(i);
  const char* protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

  EXPECT_EQ(gunzip(scrape(registry, "", "gzip").body), to_text(registry));
  EXPECT_EQ(gunzip(scrape(registry, protobuf, "gzip").body), to_protobuf(registry));
}

// A family that is held neither as it is nor at once.
TEST(Scrape, CompressesAFamilyOfProtobufThatIsVeryLarge) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", {"i"}, {.max_series = 100'000});
  const std::string value(200, 'x');
  for (int i = 0; i < 100'000; ++i) family.with(value + std::to_string(i * 7919)).set(i);
  registry.gauge("b", "B.").set(1);
  const char* protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  const std::string whole = to_protobuf(registry);
  ASSERT_GT(whole.size(), 20'000'000U);

  const std::string body = scrape(registry, protobuf, "zstd").body;

  std::string text(whole.size(), '\0');
  EXPECT_EQ(ZSTD_decompress(text.data(), text.size(), body.data(), body.size()), whole.size());
  EXPECT_TRUE(text == whole);
}

TEST_F(ScrapeTest, LeavesASmallBodyAsItIs) {
  Registry small;
  small.counter("a_total", "A.").inc();

  const ScrapeResponse response = scrape(small, "", "gzip");

  EXPECT_EQ(response.content_encoding, "");
  EXPECT_EQ(response.body, to_text(small));
}

TEST_F(ScrapeTest, GivesTheFamiliesThatAreAskedFor) {
  registry.gauge("b", "B.").set(2);
  registry.histogram("c_seconds", "C.", Buckets{1}).observe(1);
  registry.info("build", "D.", {{"version", "1"}});

  const auto names = scrape(registry, "", "", "debug=1&name[]=c_seconds&name%5B%5D=b&name[]=unknown&name[]=b");
  const auto info = scrape(registry, "", "", "name[]=build_info");

  EXPECT_EQ(names.status, 200);
  EXPECT_EQ(names.content_type, scrape(registry).content_type);
  EXPECT_EQ(names.body,
            "# HELP b B.\n# TYPE b gauge\nb 2\n# HELP c_seconds C.\n# TYPE c_seconds histogram\n"
            "c_seconds_bucket{le=\"1\"} 1\nc_seconds_bucket{le=\"+Inf\"} 1\nc_seconds_sum 1\nc_seconds_count 1\n");
  EXPECT_EQ(info.body, "# HELP build_info D.\n# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n");
}

TEST_F(ScrapeTest, GivesThemInEveryFormat) {
  registry.counter("b_total", "B.").inc(2);
  Registry alone;
  alone.counter("b_total", "B.").inc(2);
  const char* protobuf = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
  const std::string only = scrape(registry, protobuf, "", "name[]=b_total").body;

  EXPECT_EQ(scrape(registry, "application/openmetrics-text", "", "name[]=b_total").body, to_openmetrics(alone));
  EXPECT_THAT(only, HasSubstr("b_total"));
  EXPECT_THAT(only, Not(HasSubstr("a_total")));
  EXPECT_EQ(gunzip(scrape(registry, "", "gzip", "name[]=a_total").body),
            scrape(registry, "", "", "name[]=a_total").body);
}

TEST_F(ScrapeTest, OfUnknownNamesIsEmptyAndValid) {
  EXPECT_EQ(scrape(registry, "", "", "name[]=a_tota").body, "");
  EXPECT_EQ(scrape(registry, "", "", "name[]=").body, "");
  EXPECT_EQ(scrape(registry, "application/openmetrics-text", "", "name[]=A_TOTAL").body, "# EOF\n");
  EXPECT_EQ(scrape(registry, "", "", "name[]=").status, 200);
}

TEST_F(ScrapeTest, WithoutNamesTheQueryChangesNothing) {
  EXPECT_EQ(scrape(registry, "", "", "name=a&x[]=%zz").body, to_text(registry));
}

TEST_F(ScrapeTest, AFaultyQueryIsToldAndNotRepeated) {
  const ScrapeResponse response = scrape(registry, "application/openmetrics-text", "gzip", "name[]=%3Cscript%3E%");

  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(response.content_encoding, "");
  EXPECT_EQ(response.body, "name[]: a '%' is not followed by two hexadecimal digits\n");
}

TEST_F(ScrapeTest, AsksOnlyThoseWhoMayHaveTheNames) {
  int callbacks = 0;
  int collectors = 0;
  const auto token = registry.gauge_callback("of_callback", "C.", [&] { return ++callbacks; });
  registry.keep_collector([&](auto& out) {
    ++collectors;
    out.push_back({"of_collector", "C.", MetricType::Gauge, {{.value = 7}}});
    out.push_back({"too", "C.", MetricType::Gauge, {{.value = 8}}});
  });

  (void)scrape(registry, "", "", "name[]=a_total");
  EXPECT_EQ(callbacks + collectors, 0);
  const auto callback = scrape(registry, "", "", "name[]=a_total&name[]=of_callback").body;
  EXPECT_EQ(callbacks, 1);
  EXPECT_EQ(collectors, 0);
  const auto collector = scrape(registry, "", "", "name[]=of_collector").body;
  EXPECT_EQ(callbacks, 1);
  EXPECT_EQ(collectors, 1);

  EXPECT_THAT(callback, HasSubstr("\nof_callback 1\n"));
  EXPECT_THAT(callback, HasSubstr("\na_total{i=\"99\"} 1\n"));
  EXPECT_EQ(collector, "# HELP of_collector C.\n# TYPE of_collector gauge\nof_collector 7\n");
}

TEST(Scrape, FindsNamesAsTheyAreDeclaredAndAsTheyAreWritten) {
  Registry registry{{.utf8_names = true}};
  registry.gauge("queue.length", "A.").set(1);
  registry.gauge("other.length", "A.").set(1);
  const std::string expected = "# HELP queue_length A.\n# TYPE queue_length gauge\nqueue_length 1\n";

  EXPECT_EQ(scrape(registry, "", "", "name[]=queue.length").body, expected);
  EXPECT_EQ(scrape(registry, "", "", "name[]=queue_length").body, expected);
  EXPECT_EQ(scrape(registry, "text/plain;escaping=allow-utf-8", "", "name[]=queue_length").body, "");
}

TEST_F(ScrapeTest, ReadsHugeHeadersInBoundedTime) {
  const std::string accept(std::size_t{64} << 10, ',');
  EXPECT_EQ(scrape(registry, accept + "text/plain", accept).status, 200);
  EXPECT_EQ(scrape(registry, "", "", std::string(std::size_t{1} << 20, '&')).status, 200);
}

TEST_F(ScrapeTest, ReadsTheHeadersByAFunction) {
  std::string value;  // holds until the next header is asked for
  const auto header = [&value](std::string_view name) -> std::string_view {
    return value = name == "accept" ? "application/openmetrics-text" : name == "accept-encoding" ? "gzip" : "";
  };

  const ScrapeResponse response = scrape(registry, header, "name[]=a_total");

  EXPECT_EQ(response.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores");
  EXPECT_EQ(gunzip(response.body), to_openmetrics(registry));
  EXPECT_EQ(scrape(registry, header, "name[]=b").body, "# EOF\n");
}

TEST_F(ScrapeTest, IsTextWhereTheHeadersCannotBeRead) {
  const auto header = [](std::string_view) -> std::string_view { throw std::runtime_error{"no headers"}; };

  EXPECT_EQ(scrape(registry, header, "").body, to_text(registry));
}

TEST_F(ScrapeTest, GivesTheHeadersOfTheAnswer) {
  std::string headers;
  const auto set = [&headers](std::string_view name, std::string_view value) {
    headers.append(name).append(": ").append(value) += '\n';
  };

  scrape(registry).headers(set);
  scrape(registry, "", "gzip").headers(set);

  const std::string type = "Content-Type: " + scrape(registry).content_type + '\n';
  EXPECT_EQ(headers, type + type + "Content-Encoding: gzip\n");
}

}  // namespace
}  // namespace vitals
