#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "core/every_type.hpp"
#include "push/pushgateway_fixture.hpp"
#include "support/text_samples.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::Samples;

// The samples of a registry as the gateway should have them: with the labels of the group, which win.
Samples grouped(const std::string& text, const std::vector<Label>& group) {
  Samples all;
  for (const auto& [key, value] : testing::parse_exposition(text).samples) {
    auto [name, labels] = key;
    for (const Label& label : group) {
      std::erase_if(labels, [&](const auto& other) { return other.first == label.name; });
      labels.emplace_back(label.name, label.value);
    }
    std::sort(labels.begin(), labels.end());
    all[{name, labels}] = value;
  }
  return all;
}

class PushToGateway : public test::RunningPushgatewayFixture {
 protected:
  // Debian 12's gateway answers 400 with the reason. Version 1.11, Debian 13's, breaks the connection, as in an outage,
  // and so the push is tried again.
  void expect_refusal(const PushResult& result, const ::testing::Matcher<std::string>& reason) const {
    EXPECT_FALSE(result.ok);
    EXPECT_THAT(result.message, HasSubstr("PUT " + gateway->url() + "/metrics/job/backup: "));
    if (result.status == 0) {
      EXPECT_THAT(result.message, HasSubstr("Empty reply from server; "));
      EXPECT_GT(result.attempts, 1U);
      return;
    }
    EXPECT_EQ(result.status, 400);
    EXPECT_EQ(result.attempts, 1U);
    EXPECT_THAT(result.message, AllOf(HasSubstr("answered 400: "), reason));
  }
};

TEST_F(PushToGateway, HasWhatWasPushed) {
  registry.counter("jobs_total", "Jobs, \"quoted\" \\ and\nlong.", {"result"}).with("o\"k\n\\").inc(3);
  registry.gauge("size_bytes", "Size.").set(1e300);
  registry.gauge("odd", "Odd.").set(-std::numeric_limits<double>::infinity());
  registry.summary("wait_seconds", "Wait.").observe(0.25);
  registry.histogram("took_seconds", "Took.", Buckets{.1, 1}).observe(0.5);
  registry.info("build", "Build.", {{"version", "1.0"}});
  PushGateway push{registry, options({{"instance", "a"}})};
  const std::string before = to_text(registry);

  const PushResult result = push.push();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.attempts, 1U);
  EXPECT_EQ(result.message, "");
  EXPECT_EQ(gateway->samples(), grouped(before, {{"job", "backup"}, {"instance", "a"}}));
}

TEST_F(PushToGateway, HasTheSameOfText) {
  registry.histogram("took_seconds", "Took.", Buckets{.1, 1}, {.exemplars = true}).observe(0.5);
  auto as_text = options();
  as_text.format = Format::Text;
  PushGateway push{registry, as_text};
  const std::string before = to_text(registry);

  EXPECT_TRUE(push.push().ok);

  EXPECT_EQ(gateway->samples(), grouped(before, {{"job", "backup"}}));
}

// Each family by itself, so that one refusal would not hide another.
TEST_F(PushToGateway, TakesEveryTypeInBothFormats) {
  for (const FamilySnapshot& family : test::every_type()) {
    const auto has_time = [](const MetricSnapshot& metric) { return metric.timestamp != 0; };
    if (std::any_of(family.metrics.begin(), family.metrics.end(), has_time)) continue;
    for (const Format format : {Format::Protobuf, Format::Text}) {
      Registry one;
      one.keep_collector([&](auto& out) { out.push_back(family); });
      auto of_family = options();
      of_family.format = format;
      PushGateway push{one, of_family};

      const PushResult result = push.push();

      EXPECT_TRUE(result.ok) << family.name << ": " << result.message;
    }
  }
}

TEST_F(PushToGateway, PushReplacesTheGroupAndAddLeavesOtherFamilies) {
  Registry first;
  first.gauge("old", "Old.").set(1);
  first.gauge("both", "Both.").set(1);
  registry.gauge("both", "Both.").set(2);
  registry.gauge("fresh", "Fresh.").set(2);
  PushGateway push_first{first, options()};
  PushGateway push{registry, options()};
  ASSERT_TRUE(push_first.push().ok);

  EXPECT_TRUE(push.add().ok);

  EXPECT_EQ(sample("old"), 1);
  EXPECT_EQ(sample("both"), 2);
  EXPECT_EQ(sample("fresh"), 2);

  EXPECT_TRUE(push.push().ok);

  EXPECT_EQ(sample("old"), std::nullopt);
  EXPECT_EQ(sample("both"), 2);
}

TEST_F(PushToGateway, RemoveTakesItsGroupAlone) {
  registry.gauge("a", "A.").set(1);
  PushGateway push{registry, options()};
  PushGateway other{registry, options({{"instance", "b"}})};
  ASSERT_TRUE(push.push().ok);
  ASSERT_TRUE(other.push().ok);

  const PushResult removed = push.remove();

  EXPECT_TRUE(removed.ok) << removed.message;
  EXPECT_EQ(removed.status, 202);
  EXPECT_EQ(sample("a"), std::nullopt);
  EXPECT_EQ(gateway->samples().count({"a", {{"instance", "b"}, {"job", "backup"}}}), 1U);
  EXPECT_TRUE(push.remove().ok);  // there is none any more
}

TEST_F(PushToGateway, GroupingValuesComeThroughAsTheyAre) {
  registry.gauge("a", "A.").set(1);
  const std::vector<std::string> values{
      "/",          "/var/tmp",    "a/b//c/",   ".",
      "..",         "a b",         "100%",      "%2F",
      "a+b",        "?",           "#",         "&=;,:@!$'()*",
      "\"quoted\"", "back\\slash", "new\nline", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80",
      "~",          "@base64",     "=",         "-_"};
  for (const std::string& value : values) {
    auto with_value = options({{"value", value}});
    with_value.job = value;
    PushGateway push{registry, with_value};

    const PushResult result = push.push();

    EXPECT_TRUE(result.ok) << value << ": " << result.message;
    EXPECT_EQ(gateway->samples().count({"a", {{"job", value}, {"value", value}}}), 1U) << value;
    EXPECT_TRUE(push.remove().ok);
    EXPECT_FALSE(has_group()) << value;
  }
}

TEST_F(PushToGateway, EmptyGroupingValueIsAGroupOfItsOwn) {
  registry.gauge("a", "A.").set(1);
  PushGateway push{registry, options({{"value", ""}})};

  EXPECT_TRUE(push.push().ok);

  EXPECT_THAT(gateway->get("/api/v1/metrics"), HasSubstr(R"("value":"")"));
  EXPECT_TRUE(push.remove().ok);
  EXPECT_FALSE(has_group());
}

TEST_F(PushToGateway, TimestampsAreRefusedWithTheFamilysName) {
  registry.gauge("a", "A.").set(1);
  registry.keep_collector([](auto& out) {
    out.push_back({"stamped", "Stamped.", MetricType::Gauge, {{.value = 1, .timestamp = 1'700'000'000'000}}});
  });
  auto short_options = options();
  short_options.deadline = 1s;
  PushGateway push{registry, short_options};

  const PushResult result = push.push();

  expect_refusal(result, AllOf(HasSubstr("must not have timestamps"), HasSubstr("the family \"stamped\""),
                               HasSubstr("MetricSnapshot::timestamp")));
  EXPECT_EQ(sample("a"), std::nullopt);
}

TEST_F(PushToGateway, ConflictOfTypesIsToldAndLosesNothing) {
  Registry other;
  other.counter("a", "A.", {.exact_name = true}).inc();
  registry.gauge("a", "A.").set(2);
  PushGateway push_other{other, {.url = gateway->url(), .job = "other"}};
  auto short_options = options();
  short_options.deadline = 1s;
  PushGateway push{registry, short_options};
  ASSERT_TRUE(push_other.push().ok);

  const PushResult result = push.push();

  expect_refusal(result, AllOf(HasSubstr("inconsistent"), HasSubstr("\"a\"")));
  EXPECT_EQ(gateway->samples().count({"a", {{"job", "other"}}}), 1U);
  EXPECT_EQ(sample("a"), std::nullopt);
  EXPECT_TRUE(push_other.remove().ok);
  EXPECT_TRUE(push.push().ok);
  EXPECT_EQ(sample("a"), 2);
}

TEST_F(PushToGateway, CountsPushesByResult) {
  PushGateway push{registry, options()};
  PushGateway dead{registry, {.url = "http://127.0.0.1:1", .job = "backup", .deadline = 1ms}};
  EXPECT_TRUE(push.push().ok);
  EXPECT_FALSE(dead.push().ok);
  EXPECT_FALSE(dead.remove().ok);

  EXPECT_TRUE(push.push().ok);

  const auto pushed = gateway->samples();
  EXPECT_EQ(pushed.at({"vitals_push_total", {{"job", "backup"}, {"result", "ok"}}}), 1);
  EXPECT_EQ(pushed.at({"vitals_push_total", {{"job", "backup"}, {"result", "failed"}}}), 2);
}

TEST_F(PushToGateway, ThreadsPushOneAfterTheOther) {
  auto& count = registry.gauge("count", "Count.");
  PushGateway push{registry, options()};
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 10; ++k) {
        count.inc();
        if (!push.push().ok || !push.add().ok) ++failed;
      }
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(failed, 0);
  EXPECT_EQ(sample("count"), 40);  // the newest state, which no older one has replaced
}

}  // namespace
}  // namespace vitals
