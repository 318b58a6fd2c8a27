#include "core/system/pages.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/series/instrument_arena.hpp"
#include "core/system/page_arena.hpp"

namespace vitals::detail {
namespace {

// Of a process that called mlockall(2).
TEST(GiveBack, LockedPagesReadAsZerosToo) {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  auto* pages = static_cast<char*>(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(pages, MAP_FAILED);
  pages[7] = 'x';
  ASSERT_EQ(mlock(pages, page), 0);

  give_back(pages, page);

  EXPECT_EQ(pages[7], 0);
  munmap(pages, page);
}

TEST(MapUnlocked, IsZeroedAndCanBeLocked) {
  const auto [pages, locks] = map_unlocked(8 * kPage);
  ASSERT_NE(pages, nullptr);
  EXPECT_FALSE(locks);
  EXPECT_EQ(static_cast<char*>(pages)[8 * kPage - 1], 0);

  lock_used(pages, kPage);
  EXPECT_EQ(msync(pages, kPage, MS_INVALIDATE), -1);
  EXPECT_EQ(msync(static_cast<char*>(pages) + kPage, kPage, MS_INVALIDATE), 0);
  munmap(pages, 8 * kPage);
}

// Whether the kernel has a page there.
bool is_resident(const void* at) {
  const auto page = reinterpret_cast<std::uintptr_t>(at) / kPage * kPage;
  unsigned char resident = 0;
  EXPECT_EQ(mincore(reinterpret_cast<void*>(page), kPage, &resident), 0);
  return (resident & 1) != 0;
}

TEST(MapPages, WholeSpansHavePageTablesOfTheirOwn) {
  for (int i = 0; i < 8; ++i) {
    void* span = map_pages(kTableSpan).begin;
    ASSERT_NE(span, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(span) % kTableSpan, 0u);
    std::memset(span, 1, kTableSpan);
    munmap(span, kTableSpan);
  }
}

// Of blocks that come and go in whatever order, on threads, a page in a few hundred stays: headers, and the last ones.
TEST(PageArena, GivesBackWhatWasReleased) {
  constexpr std::size_t kBytes = 1040;
  PageArena arena;
  std::vector<std::vector<std::byte*>> all(4);
  std::vector<std::thread> threads;
  for (auto& blocks : all) {
    threads.emplace_back([&arena, &blocks] {
      for (int i = 0; i < 20'000; ++i) {
        auto* block = static_cast<std::byte*>(arena.allocate(kBytes));
        ASSERT_NE(block, nullptr);
        ASSERT_EQ(block[0], std::byte{0});
        std::memset(block, 1, kBytes);
        blocks.push_back(block);
      }
      std::shuffle(blocks.begin(), blocks.end(), std::mt19937{1});
      for (auto* block : blocks) {
        ASSERT_EQ(block[kBytes - 1], std::byte{1});
        arena.release(block, kBytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();

  std::size_t resident = 0;
  for (const auto& blocks : all) {
    for (const auto* block : blocks) resident += is_resident(block);
  }
  EXPECT_LT(resident, 4 * 20'000 / 200u);
}

TEST(InstrumentArena, GivesBackWhatWasReleasedAndReadsAsZeros) {
  constexpr std::size_t kBytes = 48;
  InstrumentArena arena;
  std::vector<std::byte*> blocks;
  for (int i = 0; i < 200'000; ++i) {
    blocks.push_back(static_cast<std::byte*>(arena.allocate(kBytes)));
    std::memset(blocks.back(), 1, kBytes);
  }
  std::vector<std::byte*> shuffled = blocks;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937{1});
  for (auto* block : shuffled) arena.release(block, kBytes);

  std::size_t resident = 0;
  for (const auto* block : blocks) resident += is_resident(block);
  EXPECT_LT(resident, 200u);  // the last page
  EXPECT_EQ(blocks.front()[0], std::byte{0});
}

// Of all sizes, of which the last of a chunk may be released before the next chunk begins, or after it.
TEST(InstrumentArena, GivesBackPiecesOfAllSizes) {
  InstrumentArena arena;
  std::vector<std::pair<std::byte*, std::size_t>> pieces;
  const auto release = [&](std::size_t i) { arena.release(pieces[i].first, pieces[i].second); };
  for (std::size_t i = 0; i < 30'000; ++i) {
    const std::size_t bytes = i % 100 == 99 ? 20'000 : 8 + i % 7 * 56;
    pieces.emplace_back(static_cast<std::byte*>(arena.allocate(bytes)), bytes);
    std::memset(pieces.back().first, 1, bytes);
    if (i % 2 == 1) release(i);
  }
  for (std::size_t i = 0; i < pieces.size(); i += 2) release(i);

  std::size_t resident = 0;
  for (const auto& [piece, bytes] : pieces) resident += is_resident(piece);
  EXPECT_LT(resident, 1'000U);
}

}  // namespace
}  // namespace vitals::detail
