#include "core/series/series_table.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/series/series_arena.hpp"

namespace vitals::detail {
namespace {

class SeriesTableTest : public testing::Test {
 protected:
  Series& make(const std::string& value) {
    const std::string_view values[] = {value};
    const LabelKey key{values};
    Series& series = arena.allocate(Series::size(key.words(), 0));
    series.fill(key.words(), "", &series);
    return series;
  }
  static void* find(const SeriesTable& table, const std::string& value) {
    const std::string_view values[] = {value};
    return table.find(LabelKey{values}.words());
  }
  // Whether a search finds nothing, and there was nothing.
  static bool lacks(const SeriesTable& table, const LabelKey& key) {
    const SeriesTable::Search search = table.search(key.words());
    return table.find(search) == nullptr && table.has_lacked(search);
  }

  SeriesArena arena;
};

TEST_F(SeriesTableTest, ComparesKeysWhenHashesCollide) {
  SeriesTable table{1, 0};
  Series& a = make("a");
  Series& b = make("b");
  table.insert(a);
  table.insert(b);

  EXPECT_EQ(find(table, "a"), &a);
  EXPECT_EQ(find(table, "b"), &b);
  EXPECT_EQ(find(table, "c"), nullptr);
}

// All hashes are equal, so each erasure and insertion moves what stands behind it, which a look-up may then miss.
TEST_F(SeriesTableTest, NeverLacksWhatIsThereWhileOthersComeAndGo) {
  SeriesTable table{1, 0};
  Series& first = make("first");
  Series& second = make("second");
  for (Series* series : {&first, &second, &make("kept")}) table.insert(*series);
  std::atomic<bool> done{false};
  std::thread changing{[&] {
    for (int i = 0; i < 300'000; ++i) {
      Series& series = i % 2 == 0 ? first : second;
      table.erase(series);
      table.insert(series);
    }
    done = true;
  }};
  const std::string_view values[] = {"kept"};
  const LabelKey key{values};
  std::uint64_t wrong = 0;
  while (!done) wrong += lacks(table, key) ? 1 : 0;
  changing.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_FALSE(lacks(table, key));
  table.erase(first);
  const std::string_view gone[] = {"first"};
  EXPECT_TRUE(lacks(table, LabelKey{gone}));
}

// Few distinct hashes, so long chains: erasing must close every gap that a search would stop at.
TEST_F(SeriesTableTest, AgreesWithAListUnderRandomInsertionsAndErasures) {
  for (const std::uint64_t hash_bits :
       {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{0xFF} << 40, ~std::uint64_t{0}}) {
    std::mt19937 random{1};
    SeriesTable table{2, hash_bits};
    std::vector<Series*> all;
    for (int i = 0; i < 200; ++i) all.push_back(&make(std::to_string(i)));
    std::vector<bool> present(all.size());
    for (int step = 0; step < 5'000; ++step) {
      const std::size_t i = random() % all.size();
      present[i] ? table.erase(*all[i]) : table.insert(*all[i]);
      present[i] = !present[i];
      const std::size_t j = random() % all.size();
      ASSERT_EQ(find(table, std::to_string(j)), present[j] ? all[j] : nullptr) << hash_bits << ' ' << step;
    }
    for (std::size_t i = 0; i < all.size(); ++i)
      ASSERT_EQ(find(table, std::to_string(i)), present[i] ? all[i] : nullptr) << hash_bits << ' ' << i;
  }
}

// A table that grows moves a few series at each change; whatever happens meanwhile, each one is found where it is.
TEST_F(SeriesTableTest, FindsEverythingWhileItGrows) {
  std::mt19937 random{1};
  SeriesTable table{2};
  std::vector<Series*> there;
  std::vector<std::string> names;
  for (int i = 0; i < 20'000; ++i) {
    names.push_back(std::to_string(i));
    there.push_back(&make(names.back()));
    table.insert(*there.back());
    if (i % 3 == 2) {
      const std::size_t gone = random() % there.size();
      table.erase(*there[gone]);
      ASSERT_EQ(find(table, names[gone]), nullptr) << i;
      ASSERT_EQ(table.find_series(there[gone]->key()), nullptr) << i;
      std::swap(there[gone], there.back());
      std::swap(names[gone], names.back());
      there.pop_back();
      names.pop_back();
    }
    const std::size_t known = random() % there.size();
    ASSERT_EQ(find(table, names[known]), there[known]) << i;
    ASSERT_EQ(table.find_series(there[known]->key()), there[known]) << i;
  }
  for (std::size_t i = 0; i < there.size(); ++i) ASSERT_EQ(find(table, names[i]), there[i]) << names[i];
}

// A look-up that is held up until the table that it is in was emptied misses it, but knows that it can't tell.
TEST_F(SeriesTableTest, NeverLacksWhatIsThereWhileItGrows) {
  SeriesTable table{2};
  Series& kept = make("kept");
  table.insert(kept);
  std::atomic<bool> done{false};
  std::thread growing{[&] {
    for (int i = 0; i < 100'000; ++i) table.insert(make(std::to_string(i)));
    done = true;
  }};
  const std::string_view values[] = {"kept"};
  const LabelKey key{values};
  std::uint64_t wrong = 0;
  while (!done) wrong += lacks(table, key) ? 1 : 0;
  growing.join();

  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(find(table, "kept"), &kept);
}

std::vector<std::string> values_of(const LabelKey& key, std::size_t n) {
  std::vector<std::string> values;
  LabelKey::for_each_value(key.words(), n, [&](std::string_view value) { values.emplace_back(value); });
  return values;
}

TEST(LabelKey, GivesItsValuesBack) {
  const std::string megabyte(1 << 20, 'x');
  std::string all = "every length up to one that leaves the first word's bytes";
  all.append(300, '.');
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::string_view values[] = {std::string_view{all}.substr(0, size), "", std::string_view{"a\0b", 3}};
    ASSERT_TRUE(std::ranges::equal(values_of(LabelKey{values}, 3), values)) << size;
  }
  const std::string_view many[] = {"a", "bc", "def", "ghij", "klmno", "pqrstu", "vwxyz01", "23456789", megabyte};
  EXPECT_TRUE(std::ranges::equal(values_of(LabelKey{many}, 9), many));
  EXPECT_TRUE(std::ranges::equal(values_of(LabelKey{std::span{many}.last(1)}, 1), std::span{many}.last(1)));
}

// Values whose bytes joined are the same, and lengths on both sides of what a byte can say.
TEST(LabelKey, DiffersWhereverValuesDo) {
  std::vector<std::vector<std::string>> sets;
  for (const std::size_t a : {0, 1, 7, 8, 9, 255, 256, 257, 511, 512}) {
    for (const std::size_t b : {0, 1, 7, 8, 9, 255, 256, 257, 511, 512})
      sets.push_back({std::string(a, '\0'), std::string(b, '\0')});
  }
  std::set<std::vector<std::uint64_t>> keys;
  for (const auto& set : sets) {
    const std::string_view values[] = {set[0], set[1]};
    const LabelKey key{values};
    keys.emplace(key.words().begin(), key.words().end());
  }
  EXPECT_EQ(keys.size(), sets.size());
}

// A page of bytes that are all different from their neighbours, between two that aren't there.
class LonePage {
 public:
  LonePage() {
    EXPECT_NE(pages_, MAP_FAILED);
    EXPECT_EQ(mprotect(begin(), size_, PROT_READ | PROT_WRITE), 0);
    for (std::size_t i = 0; i < size_; ++i) begin()[i] = static_cast<char>(i % 251 + 1);
  }
  ~LonePage() { munmap(pages_, 3 * size_); }
  LonePage(const LonePage&) = delete;
  LonePage& operator=(const LonePage&) = delete;

  [[nodiscard]] std::string_view first(std::size_t n) const { return {begin(), n}; }
  [[nodiscard]] std::string_view last(std::size_t n) const { return {begin() + size_ - n, n}; }

 private:
  [[nodiscard]] char* begin() const { return static_cast<char*>(pages_) + size_; }

  const std::size_t size_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* const pages_ = mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
};

// A byte beside the text may belong to a page that isn't there.
TEST(LabelKey, ReadsNoByteBesideTheValue) {
  const LonePage page;
  for (std::size_t size = 0; size < 40; ++size) {
    for (const std::string_view value : {page.first(size), page.last(size)}) {
      const std::string_view values[] = {value};
      ASSERT_EQ(values_of(LabelKey{values}, 1)[0], value);
    }
  }
}

// What look-ups of few labels write, without a LabelKey.
template <std::size_t N>
std::uint64_t* put_short_key(std::uint64_t* out, const std::array<std::string_view, N>& values) {
  return std::apply([out](auto... texts) { return detail::put_short_key(out, texts...); }, values);
}

template <std::size_t N>
void expect_the_words_of_label_key(const std::array<std::string_view, N>& values) {
  constexpr std::uint64_t kUntouched = 0xA5A5A5A5A5A5A5A5;
  std::array<std::uint64_t, 1 + N*(kShortLength + 7) / 8 + 1> words;
  words.fill(kUntouched);
  const std::uint64_t* end = put_short_key(words.data(), values);
  ASSERT_NE(end, nullptr);
  ASSERT_TRUE(std::ranges::equal(KeyWords{words.data(), end}, LabelKey{values}.words()));
  ASSERT_EQ(*end, kUntouched);
}

template <std::size_t N>
void check_short_keys(const LonePage& page) {
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= 40; ++size) sizes.push_back(size);
  for (std::size_t size = 250; size <= kShortLength; ++size) sizes.push_back(size);
  // All of the same length, and neighbours of others: every place has every length.
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    for (const std::size_t step : {std::size_t{0}, std::size_t{1}, std::size_t{9}}) {
      std::array<std::string_view, N> firsts;
      std::array<std::string_view, N> lasts;
      for (std::size_t n = 0; n < N; ++n) {
        const std::size_t size = sizes[(i + n * step) % sizes.size()];
        firsts[n] = page.first(size);
        lasts[n] = page.last(size);
      }
      SCOPED_TRACE(testing::Message() << N << " values, length " << sizes[i] << ", step " << step);
      ASSERT_NO_FATAL_FAILURE(expect_the_words_of_label_key(firsts));
      ASSERT_NO_FATAL_FAILURE(expect_the_words_of_label_key(lasts));
    }
  }
  for (std::size_t n = 0; n < N; ++n) {
    for (const std::size_t size : {kShortLength + 1, 2 * kShortLength + 2}) {
      std::array<std::string_view, N> values;
      values.fill("short");
      values[n] = page.first(size);
      std::array<std::uint64_t, 1 + N * 64> words;
      ASSERT_EQ(put_short_key(words.data(), values), nullptr) << N << " values, too long is " << n;
    }
  }
}

TEST(LabelKey, ShortKeysHaveTheSameWords) {
  const LonePage page;
  check_short_keys<1>(page);
  check_short_keys<2>(page);
  check_short_keys<3>(page);
  check_short_keys<4>(page);
  check_short_keys<5>(page);
  check_short_keys<6>(page);
  check_short_keys<7>(page);
}

TEST_F(SeriesTableTest, BlocksOfRemovedSeriesServeTheNext) {
  Series& first = make("one");
  first.version.fetch_or(1);
  arena.release(first);

  EXPECT_EQ(&make("two"), &first);
  EXPECT_NE(&make("three"), &first);
}

// What a look-up meets that has found a series when it was removed and its block became another one's. The keys differ
// in their first word, which is written first and compared first; with more words, there is more time for a change.
TEST_F(SeriesTableTest, SeriesNeverMatchesWithTheInstrumentOfAnotherKey) {
  for (const std::size_t more : {0, 60}) {
    const std::string values[] = {"a......." + std::string(more, '.'), "b......." + std::string(more, '.')};
    const std::string_view views[] = {values[0], values[1]};
    const LabelKey keys[] = {LabelKey{std::span{views}.first(1)}, LabelKey{std::span{views}.last(1)}};
    int instruments[2];
    Series& series = arena.allocate(Series::size(keys[0].words(), 0) + 64);
    std::atomic<bool> done{false};
    std::thread writer{[&] {
      for (std::size_t i = 0; !done.load(std::memory_order_relaxed); i ^= 1)
        series.fill(keys[i].words(), "a=\"b\"", &instruments[i]);
    }};

    std::size_t found = 0;
    std::size_t wrong = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{100};
    while (found == 0 || std::chrono::steady_clock::now() < end) {
      for (std::size_t n = 0; n < 1'000; ++n) {
        const void* instrument = series.match(keys[n % 2].words());
        found += instrument != nullptr;
        wrong += instrument != nullptr && instrument != &instruments[n % 2];
      }
    }
    done = true;
    writer.join();

    EXPECT_EQ(wrong, 0u) << "of " << found << ", " << keys[0].words().size() << " words";
  }
}

}  // namespace
}  // namespace vitals::detail
