// The same operations on vitals and on prometheus-cpp, a million of them by chance, give the same exposition.
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <vitals/prometheus_cpp.hpp>

#include "prometheus_cpp/both_libraries.hpp"
#include "prometheus_cpp/their_samples.hpp"

namespace vitals::testing {
namespace {

Samples parsed(const std::string& text, TextKind kind = TextKind::Text) {
  return normalised(parse_exposition(text, kind).samples);
}

Samples their_text(const prometheus::Collectable& theirs) {
  return parsed(prometheus::TextSerializer{}.Serialize(theirs.Collect()));
}

void expect_same(const BothLibraries& both) {
  const Samples expected = samples_of(both.theirs->Collect());
  const PrometheusCppCollectable ours_as_theirs{both.ours};
  ASSERT_GT(expected.size(), 400u);
  Registry theirs_as_ours;
  const auto token = add_prometheus_cpp(theirs_as_ours, both.theirs);

  EXPECT_EQ(difference(parsed(to_text(both.ours)), expected), "");
  EXPECT_EQ(difference(samples_of(ours_as_theirs.Collect()), expected), "");
  EXPECT_EQ(difference(parsed(to_text(theirs_as_ours)), expected), "");
  EXPECT_EQ(difference(their_text(*both.theirs), rounded(expected)), "");
  EXPECT_EQ(difference(their_text(ours_as_theirs), rounded(expected)), "");
  EXPECT_EQ(difference(parsed(to_openmetrics(both.ours), TextKind::OpenMetrics),
                       parsed(to_openmetrics(theirs_as_ours), TextKind::OpenMetrics)),
            "");
}

class Differential : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Differential, FiftyThousandOperationsAgree) {
  Random random{GetParam()};
  BothLibraries both{GetParam()};

  for (int part = 0; part < 2; ++part) {
    for (int i = 0; i < 25'000; ++i) both.do_by_chance(random);
    expect_same(both);
    ASSERT_FALSE(HasFailure()) << "seed " << GetParam() << ", part " << part;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Differential, ::testing::Range<std::uint64_t>(1, 21));

TEST(DifferentialThreads, TotalsAgree) {
  BothLibraries both{99};
  std::vector<std::thread> threads;

  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&both, seed] {
      Random random{seed};
      for (int i = 0; i < 50'000; ++i) both.add_by_chance(random);
    });
  }
  for (auto& thread : threads) thread.join();

  expect_same(both);
}

}  // namespace
}  // namespace vitals::testing
