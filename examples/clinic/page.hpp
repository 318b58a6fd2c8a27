#pragma once

namespace clinic {

/// Which part of a list a client wants. Small by default, so that answers stay small as the clinic grows.
struct Page {
  static constexpr int kDefaultLimit = 20;
  static constexpr int kMostLimit = 100;
  static constexpr int kMostOffset = 10'000;

  int limit = kDefaultLimit;
  int offset = 0;

  /// How many rows to ask for: one more than wanted tells whether there is a next page.
  [[nodiscard]] int fetch() const { return limit + 1; }
};

}  // namespace clinic
