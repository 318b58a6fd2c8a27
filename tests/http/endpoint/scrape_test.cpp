#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libdeflate.h>

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

TEST_F(ScrapeTest, LeavesASmallBodyAsItIs) {
  Registry small;
  small.counter("a_total", "A.").inc();

  const ScrapeResponse response = scrape(small, "", "gzip");

  EXPECT_EQ(response.content_encoding, "");
  EXPECT_EQ(response.body, to_text(small));
}

TEST_F(ScrapeTest, ReadsHugeHeadersInBoundedTime) {
  const std::string accept(std::size_t{64} << 10, ',');
  EXPECT_EQ(scrape(registry, accept + "text/plain", accept).status, 200);
}

}  // namespace
}  // namespace vitals
