#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/private_pushgateway.hpp"

namespace vitals::test {

/// A registry for a Pushgateway that the test starts. Skips where none is installed.
class PushgatewayFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!PrivatePushgateway::installed()) GTEST_SKIP() << "prometheus-pushgateway is not installed";
  }

  std::optional<PrivatePushgateway> gateway;
  Registry registry;
};

/// The same with a Pushgateway that runs, and the job "backup".
class RunningPushgatewayFixture : public PushgatewayFixture {
 protected:
  void SetUp() override {
    PushgatewayFixture::SetUp();
    if (!IsSkipped()) gateway.emplace();
  }

  PushOptions options(std::vector<Label> grouping = {}) const {
    return {
        .url = gateway->url(), .job = "backup", .grouping = std::move(grouping), .deadline = std::chrono::seconds{60}};
  }
  /// The value of a series of the job.
  std::optional<double> sample(const std::string& name) const {
    const auto all = gateway->samples();
    const auto found = all.find({name, {{"job", "backup"}}});
    return found == all.end() ? std::nullopt : std::optional{found->second};
  }
  bool has_group() const { return gateway->get("/metrics").find("push_time_seconds{") != std::string::npos; }
};

}  // namespace vitals::test
