#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

namespace vitals {
namespace {

TEST(CollectorToken, EndsTheCallback) {
  Registry registry;
  auto value = std::make_unique<int>(42);
  {
    auto token = registry.gauge_callback("a", "A.", [&] { return *value; });
    EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na 42\n");
  }
  value.reset();

  EXPECT_EQ(to_text(registry), "");
}

TEST(CollectorToken, FreesTheName) {
  Registry registry;
  std::optional<CollectorToken> token{registry.gauge_callback("a", "A.", [] { return 1; })};
  EXPECT_THROW((void)registry.gauge_callback("a", "A.", [] { return 2; }), std::invalid_argument);

  token.reset();
  token.emplace(registry.counter_callback("a", "A.", [] { return 3; }));

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total 3\n");
}

TEST(CollectorToken, MayOutliveTheRegistry) {
  auto registry = std::make_unique<Registry>();
  auto token = registry->gauge_callback("a", "A.", [] { return 1; });

  registry.reset();
}

TEST(CollectorToken, MayEndWithinItsOwnCallback) {
  Registry registry;
  std::optional<CollectorToken> token;
  token.emplace(registry.gauge_callback("a", "A.", [&] {
    token.reset();
    return 1;
  }));

  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na 1\n");
  EXPECT_EQ(to_text(registry), "");
}

TEST(CollectorToken, WaitsForACallbackThatRuns) {
  Registry registry;
  std::atomic<bool> entered{false};
  std::atomic<bool> leave{false};
  std::atomic<bool> left{false};
  std::optional<CollectorToken> token{registry.gauge_callback("a", "A.", [&] {
    entered = true;
    while (!leave) std::this_thread::yield();
    left = true;
    return 1;
  })};
  std::thread scraper{[&] { (void)to_text(registry); }};
  while (!entered) std::this_thread::yield();
  std::thread ender{[&] {
    token.reset();
    EXPECT_TRUE(left);
  }};

  leave = true;
  ender.join();
  scraper.join();
}

TEST(Registry, CallbackThatThrowsCostsOnlyItsOwnFamily) {
  Registry registry;
  register_library_metrics(registry);
  registry.counter("a_total", "A.").inc();
  auto bad = registry.gauge_callback("b", "B.", []() -> double { throw std::runtime_error{"no"}; });
  auto good = registry.gauge_callback("c", "C.", [] { return 1; });

  (void)to_text(registry);
  const std::string text = to_text(registry);

  EXPECT_NE(text.find("a_total 1\n"), std::string::npos);
  EXPECT_NE(text.find("c 1\n"), std::string::npos);
  EXPECT_EQ(text.find("\nb "), std::string::npos);
  EXPECT_NE(text.find("vitals_collector_errors_total 1\n"), std::string::npos);
}

TEST(Registry, CallbackMayUseTheRegistry) {
  Registry registry;
  auto token = registry.gauge_callback("a", "A.", [&] {
    registry.counter("b_total", "B.").inc();
    return static_cast<double>(to_text(registry).size());
  });

  EXPECT_NE(to_text(registry).find("# TYPE a gauge\n"), std::string::npos);
}

TEST(Registry, DefaultRegistryIsOne) { EXPECT_EQ(&default_registry(), &default_registry()); }

}  // namespace
}  // namespace vitals
