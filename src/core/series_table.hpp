#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::detail {

// What every series is known by. Fixed at birth but for `next`; freed with its family, never before, so that readers
// need no protection.
struct SeriesBase {
  SeriesBase(std::uint64_t hash_of_values, std::span<const std::string_view> values, std::string text_of_labels);
  virtual ~SeriesBase() = default;
  SeriesBase(const SeriesBase&) = delete;
  SeriesBase& operator=(const SeriesBase&) = delete;

  [[nodiscard]] bool matches(std::span<const std::string_view> values) const noexcept;
  [[nodiscard]] std::vector<std::string_view> values() const;

  const std::uint64_t hash;
  const std::string key;     // each value as its length (u32) and its bytes
  const std::string text;    // rendered once: what a line starts with
  std::uint64_t number = 0;  // the n-th of its family; set before anyone sees the series
  // In the order of making. Release by the one who appends, acquire by scrapes: the series is complete when it is seen.
  std::atomic<SeriesBase*> next{nullptr};
};

// From label values to series: open addressing, at most half full, read without a lock, written under the family's.
// A reader may miss a series that is being inserted or moved; it then asks again under the lock. It never gets a wrong
// one, since keys are compared.
class SeriesTable {
 public:
  SeriesTable();

  [[nodiscard]] SeriesBase* find(std::uint64_t hash, std::span<const std::string_view> values) const noexcept;

  /// Both need the family's lock. REQUIRES: insert: not in the table; erase: in it.
  void insert(SeriesBase& series);
  void erase(SeriesBase& series) noexcept;

 private:
  struct Slot {
    std::atomic<std::uint64_t> hash{0};  // relaxed: a hint, since the key decides
    // Release by the writer, acquire by readers: a series is complete when its pointer is seen.
    std::atomic<SeriesBase*> series{nullptr};
  };
  struct Slots {
    explicit Slots(std::size_t size) : mask{size - 1}, slots{std::make_unique<Slot[]>(size)} {}
    void put(SeriesBase& series) noexcept;

    std::size_t mask;
    std::unique_ptr<Slot[]> slots;
  };

  // Release after filling, acquire by readers. Grown tables are kept, since a reader may still be in one; together they
  // are smaller than the current one.
  std::atomic<Slots*> current_;
  std::vector<std::unique_ptr<Slots>> all_;
  std::size_t size_ = 0;
};

}  // namespace vitals::detail
