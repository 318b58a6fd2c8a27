#include "core/cells/counted_pair.hpp"

#include <csignal>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include "core/cells/cell_arena.hpp"
#include "core/cells/cells.hpp"

namespace vitals::detail {
namespace {

constexpr double kValue = 0.25;

// Stripes for one instrument, in pages that may be forbidden.
class OwnStripes {
 public:
  OwnStripes() {
    memory_ = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    EXPECT_NE(memory_, MAP_FAILED);
    head_.stripes = reinterpret_cast<std::uint64_t>(memory_);
  }
  OwnStripes(const OwnStripes&) = delete;
  OwnStripes& operator=(const OwnStripes&) = delete;
  ~OwnStripes() { munmap(memory_, bytes()); }

  [[nodiscard]] const CellHead& head() const noexcept { return head_; }
  void protect(int access) const { EXPECT_EQ(mprotect(memory_, bytes(), access), 0); }
  /// Of all CPUs.
  [[nodiscard]] std::uint64_t count(std::size_t offset = 0) const { return sum_u64(head_, offset); }
  [[nodiscard]] double sum(std::size_t offset) const { return sum_double(head_, offset + sizeof(std::uint64_t)); }

 private:
  static std::size_t bytes() { return stripes() * kStripeBytes; }

  void* memory_ = nullptr;
  CellHead head_;
};

// Allows, by a signal handler, what was forbidden: a sequence that meets it is ended by the kernel there.
class CountedPair : public ::testing::Test {
 protected:
  void SetUp() override {
    forbidden = nullptr;
    struct sigaction action {};
    action.sa_handler = [](int) { forbidden->protect(PROT_READ | PROT_WRITE); };
    sigaction(SIGSEGV, &action, &before_);
  }
  void TearDown() override { sigaction(SIGSEGV, &before_, nullptr); }

  static void forbid(const OwnStripes& stripes, int but) {
    forbidden = &stripes;
    stripes.protect(but);
  }
  Unadded add() {
    const Unadded left = add_counted(counter.head(), pairs.head(), kOffset, kValue);
    leave_sequence();
    return left;
  }
  void expect(std::uint64_t counted, std::uint64_t observed) {
    EXPECT_EQ(counter.count(), counted);
    EXPECT_EQ(pairs.count(kOffset), observed);
    EXPECT_EQ(pairs.sum(kOffset), static_cast<double>(observed) * kValue);
  }

  static constexpr std::size_t kOffset = 3 * sizeof(PairCell);
  OwnStripes counter;
  OwnStripes pairs;

 private:
  static inline const OwnStripes* forbidden = nullptr;
  struct sigaction before_ {};
};

TEST_F(CountedPair, AddsBothOrLeavesBoth) {
  std::uint64_t added = 0;
  for (int i = 0; i < 1000; ++i) added += add() == Unadded::Nothing ? 1 : 0;

  EXPECT_EQ(added > 500, has_sequences()) << added;
  expect(added, added);
}

TEST_F(CountedPair, LeavesBothToThoseThatAreNotSpread) {
  const CellHead cold;
  EXPECT_EQ(add_counted(cold, pairs.head(), kOffset, kValue), Unadded::Both);
  leave_sequence();
  EXPECT_EQ(add_counted(counter.head(), cold, kOffset, kValue), Unadded::Both);
  leave_sequence();
  expect(0, 0);
}

TEST_F(CountedPair, EndedBetweenItsTwoWritesLeavesThePair) {
  if (!has_sequences()) return expect(0, 0);
  forbid(pairs, PROT_READ);

  Unadded left = add();
  for (int i = 0; left == Unadded::Both && i < 100; ++i) left = add();  // the thread had to leave its CPU before that

  EXPECT_EQ(left, Unadded::Pair);
  expect(1, 0);
}

TEST_F(CountedPair, EndedAtItsFirstWriteLeavesBoth) {
  if (!has_sequences()) return expect(0, 0);
  forbid(counter, PROT_READ);

  EXPECT_EQ(add(), Unadded::Both);

  expect(0, 0);
}

TEST_F(CountedPair, EndedBeforeItWritesLeavesBoth) {
  if (!has_sequences()) return expect(0, 0);
  forbid(pairs, PROT_NONE);

  EXPECT_EQ(add(), Unadded::Both);

  expect(0, 0);
}

}  // namespace
}  // namespace vitals::detail
