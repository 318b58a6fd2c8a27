#include "core/system/epochs.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vitals::detail {
namespace {

TEST(Epochs, MomentWithoutReadersPassesAtOnce) {
  Epochs epochs;
  EXPECT_TRUE(epochs.has_passed(epochs.now()));
  EXPECT_TRUE(epochs.has_passed(epochs.now()));
}

TEST(Epochs, MomentWaitsForAllWhoHadEntered) {
  Epochs epochs;
  std::optional<Epochs::Reader> first{epochs};
  std::optional<Epochs::Reader> second{epochs};
  const auto moment = epochs.now();
  EXPECT_FALSE(epochs.has_passed(moment));

  first.reset();
  EXPECT_FALSE(epochs.has_passed(moment));
  second.reset();
  EXPECT_TRUE(epochs.has_passed(moment));
}

TEST(Epochs, ReadersWhoCameLaterDontHoldUpAMoment) {
  Epochs epochs;
  std::optional<Epochs::Reader> before{epochs};
  const auto moment = epochs.now();
  EXPECT_FALSE(epochs.has_passed(moment));  // from here on it is the next moment that readers enter

  const Epochs::Reader after{epochs};
  before.reset();

  EXPECT_TRUE(epochs.has_passed(moment));
  EXPECT_FALSE(epochs.has_passed(epochs.now()));
}

TEST(Epochs, ForkedChildWaitsForNobodyOfTheParent) {
  Epochs epochs;
  auto reader = std::make_unique<Epochs::Reader>(epochs);
  const auto moment = epochs.now();

  const pid_t child = fork();
  if (child == 0) {
    const bool passed = epochs.has_passed(moment) && epochs.has_passed(epochs.now());
    {
      const Epochs::Reader own{epochs};
      reader.reset();  // it counts no more
      if (epochs.has_passed(epochs.now())) _exit(2);
    }
    _exit(passed && epochs.has_passed(epochs.now()) ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);

  EXPECT_EQ(status, 0);
  EXPECT_FALSE(epochs.has_passed(moment));
}

// What readers can see is never given to others.
TEST(Epochs, WhatIsTakenAwayStaysWhileItIsRead) {
  struct Thing {
    std::atomic<bool> alive{true};
  };
  constexpr int kThings = 20'000;
  Epochs epochs;
  std::vector<Thing> things(kThings);
  std::atomic<Thing*> current{&things[0]};
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      while (!done) {
        const Epochs::Reader reader{epochs};
        const Thing& seen = *current.load(std::memory_order_acquire);
        for (int i = 0; i < 10; ++i) wrong += seen.alive.load(std::memory_order_relaxed) ? 0 : 1;
      }
    });
  }

  for (std::size_t i = 1; i < kThings; ++i) {
    current.store(&things[i], std::memory_order_release);
    const auto moment = epochs.now();
    for (int tries = 0; tries < 1'000 && !epochs.has_passed(moment); ++tries) std::this_thread::yield();
    if (epochs.has_passed(moment)) things[i - 1].alive.store(false, std::memory_order_relaxed);
  }
  done = true;
  for (auto& reader : readers) reader.join();

  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace vitals::detail
