#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "core/series/series.hpp"

namespace vitals::detail {

/// The memory of a family's series. A freed block serves another series of the family, of about the same size, and
/// nothing else, ever: see Series. Gives all back when it dies. Needs the family's lock.
class SeriesArena {
 public:
  SeriesArena() = default;
  ~SeriesArena();
  SeriesArena(const SeriesArena&) = delete;
  SeriesArena& operator=(const SeriesArena&) = delete;

  /// A series that is none yet, of at least that many bytes. Throws std::bad_alloc.
  [[nodiscard]] Series& allocate(std::size_t bytes);
  /// Look-ups may still read it. REQUIRES: made odd before.
  void release(Series& series) noexcept;

 private:
  // Blocks are multiples of 8 bytes up to 256, of 16 bytes up to 768, and then powers of two.
  static constexpr std::size_t kFine = 256;
  static constexpr std::size_t kSmall = 768;
  static constexpr std::size_t kSteps = kFine / 8 + (kSmall - kFine) / 16;
  static constexpr std::size_t kClasses = kSteps + 32;
  static constexpr std::size_t kLargestChunk = std::size_t{256} << 10;

  static std::size_t class_of(std::size_t bytes) noexcept;
  static std::size_t bytes_of(std::size_t size_class) noexcept;
  void* carve(std::size_t bytes);

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* at_ = nullptr;  // what is left of the last chunk
  std::size_t left_ = 0;
  std::size_t next_chunk_ = 256;
  std::array<Series*, kClasses> free_{};  // linked by `next`
};

}  // namespace vitals::detail
