#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitals::detail {

/// The last rows of a table of counts, in as few bytes as their numbers need: a row of zeros takes one.
/// For one thread at a time.
/// Cost: each number 1 byte below 128, 5 below 2^35 (LEB128); push() some 2 ns for each, and a move of all bytes once
/// the ring is full.
class RowRing {
 public:
  /// `most` rows.
  explicit RowRing(std::size_t most) noexcept : most_{most} {}

  /// In the place of the oldest if there are as many as there may be.
  void push(std::span<const std::uint64_t> row);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// The memory that it holds beside itself.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.capacity(); }

  /// Calls visit(std::span<const std::uint64_t>) for the newest n rows, or as many as there are, the oldest first.
  template <class Visit>
  void for_newest(std::size_t n, std::size_t columns, Visit visit) const {
    std::vector<std::uint64_t> row(columns);
    const char* at = bytes_.data();
    for (std::size_t i = 0; i < size_; ++i) {
      if (i + n < size_) {
        at = behind(at);
        continue;
      }
      at = read(at, row);
      visit(std::span<const std::uint64_t>{row});
    }
  }

 private:
  // Rows, each with the bytes of its numbers before them: 0 where all are zero.
  [[nodiscard]] const char* behind(const char* row) const;
  [[nodiscard]] const char* read(const char* row, std::span<std::uint64_t> numbers) const;

  const std::size_t most_;
  std::size_t size_ = 0;
  std::vector<char> bytes_;
};

}  // namespace vitals::detail
