// The job of docs/push.md.
#include <iostream>
#include <string>

#include <gmock/gmock.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/pushgateway_fixture.hpp"

namespace vitals {
namespace {

bool copy_files(Counter& bytes, bool succeeds) {
  bytes.inc(1'000);
  return succeeds;
}

bool disk_is_there = true;

// [example]
int back_up(const std::string& gateway) {
  vitals::Registry registry;
  auto& bytes = registry.counter("backup_copied_bytes_total", "Bytes copied.");
  vitals::PushGateway push{registry, {.url = gateway, .job = "backup", .grouping = {{"instance", "db1"}}}};

  const bool done = copy_files(bytes, disk_is_there);
  // Only now, so that a backup that fails leaves the time of the last one that did not.
  if (done) registry.gauge("backup_last_success_timestamp_seconds", "Last backup.").set_to_current_time();

  if (const auto result = push.add(); !result) std::cerr << result.message << '\n';
  return done ? 0 : 1;  // a backup is one without its metrics, too
}
// [example]

class PushExample : public test::RunningPushgatewayFixture {};

TEST_F(PushExample, LeavesTheTimeOfTheLastSuccess) {
  const testing::SeriesKey time{"backup_last_success_timestamp_seconds", {{"instance", "db1"}, {"job", "backup"}}};
  const testing::SeriesKey bytes{"backup_copied_bytes_total", {{"instance", "db1"}, {"job", "backup"}}};

  EXPECT_EQ(back_up(gateway->url()), 0);
  const auto after_success = gateway->samples();
  disk_is_there = false;
  EXPECT_EQ(back_up(gateway->url()), 1);
  const auto after_failure = gateway->samples();

  EXPECT_EQ(after_success.at(bytes), 1'000);
  EXPECT_GT(after_success.at(time), 1.7e9);
  EXPECT_EQ(after_failure.at(time), after_success.at(time));
}

}  // namespace
}  // namespace vitals
