#pragma once

#include <chrono>
#include <thread>

namespace vitals::test {

/// Waits until the condition holds; false if it doesn't within 30 s.
template <class Condition>
bool eventually(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

}  // namespace vitals::test
