#include "core/collectors/proc_parse.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/collectors/proc_file.hpp"

namespace vitals::detail {
namespace {

// Up to 7 bytes at a time, as a file may give them.
std::vector<KeyedNumber> keys(std::string_view text, std::vector<KeyedNumber> wanted) {
  each_line(
      [&text](std::span<char> buffer) {
        const auto n = std::min({text.size(), buffer.size(), std::size_t{7}});
        std::copy_n(text.begin(), n, buffer.begin());
        text.remove_prefix(n);
        return n;
      },
      [&wanted](std::string_view line) { take_line(line, wanted); });
  return wanted;
}

TEST(ProcParse, NumberStandsAlone) {
  EXPECT_EQ(parse_number("12"), 12u);
  EXPECT_EQ(parse_number(" \t12 13"), 12u);
  EXPECT_EQ(parse_number("12\n"), 12u);
  EXPECT_EQ(parse_number("18446744073709551615\n"), 18446744073709551615u);
  for (const char* none : {"", " ", "max\n", "-1\n", "12x", "1.5", "18446744073709551616", "\n12"})
    EXPECT_FALSE(parse_number(none)) << none;
}

TEST(ProcParse, StatusHasKilobytesAndCounts) {
  const auto found = keys(
      "Name:\tVmRSS: 7 kB\nVmPeak:\t    3060 kB\nVmRSS:\t    1708 kB\nRssAnon:\t     112 kB\nThreads:\t3\nVmRSSX:\t5 "
      "kB\n",
      {{"VmRSS"}, {"RssAnon"}, {"Threads"}, {"VmSwap"}});

  EXPECT_EQ(found[0].value, 1708u * 1024);
  EXPECT_EQ(found[1].value, 112u * 1024);
  EXPECT_EQ(found[2].value, 3u);
  EXPECT_FALSE(found[3].value);
}

TEST(ProcParse, LinesThatAreTooLongAreSkipped) {
  std::string groups = "Groups:\t";
  for (int i = 0; i < 10'000; ++i) groups += "VmRSS: ";

  const auto found = keys(groups + "\nVmRSS:\t8 kB\n" + groups, {{"VmRSS"}, {"Groups"}});

  EXPECT_EQ(found[0].value, 8u * 1024);
  EXPECT_FALSE(found[1].value);
}

TEST(ProcParse, LastLineMayLackItsEnd) {
  EXPECT_EQ(keys("rchar: 6976\nsyscr: 10", {{"syscr"}})[0].value, 10u);
  EXPECT_EQ(keys("nr_periods 0\nnr_throttled 4\nthrottled_usec 99\n", {{"throttled_usec"}})[0].value, 99u);
}

TEST(ProcParse, StartIsFoundBehindEvilNames) {
  const std::string fields = " R 4529 4529 3095 0 -1 4194304 98 0 0 0 0 0 0 0 20 0 1 0 66658 3133440 409 1844674407\n";
  for (const char* name :
       {"cat", "a b", ") R 1 2 3 4 5", "((", "))", "a\n) S 1", "", "1 2 3 (4) 5 6 7 8 9 10 11 12 13"})
    EXPECT_EQ(parse_start_ticks("4531 (" + std::string{name} + ")" + fields), 66658u) << name;
}

TEST(ProcParse, StatThatIsCutOffHasNoStart) {
  for (const char* text :
       {"", "4531 (cat", "4531 (cat)", "4531 (cat) R 1 2 3", "4531 cat R 1 2 3 4 5 6 7 8 9 0 1 2 3 4"})
    EXPECT_FALSE(parse_start_ticks(text)) << text;
}

TEST(ProcParse, CpuMaxIsAQuotaByAPeriod) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n"), 1.5);
  for (const char* none : {"max 100000\n", "", "100000\n", "100000 0\n", "a b\n"})
    EXPECT_FALSE(parse_cpu_max(none)) << none;
}

TEST(ProcParse, PressureHasTotals) {
  const auto pressure = parse_pressure(
      "some avg10=0.08 avg60=0.68 avg300=0.95 total=8120404\nfull avg10=0.08 avg60=0.67 avg300=0.94 total=7915239\n");
  EXPECT_EQ(pressure.some, 8120404u);
  EXPECT_EQ(pressure.full, 7915239u);

  const auto old = parse_pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=5");  // cpu, before Linux 5.13
  EXPECT_EQ(old.some, 5u);
  EXPECT_FALSE(old.full);
  EXPECT_FALSE(parse_pressure("some avg10=0.00\ntotal=5\n").some);
}

TEST(ProcParse, CgroupPathIsOfTheController) {
  const std::string hybrid = "11:cpu,cpuacct:/a\n4:memory:/b:memory:/c\n1:name=systemd:/d\n0::/e\n";
  EXPECT_EQ(parse_cgroup_path(hybrid, "cpu"), "/a");
  EXPECT_EQ(parse_cgroup_path(hybrid, "memory"), "/b:memory:/c");
  EXPECT_EQ(parse_cgroup_path(hybrid, ""), "/e");
  EXPECT_FALSE(parse_cgroup_path(hybrid, "cpuset"));

  EXPECT_FALSE(parse_cgroup_path("0::/user:memory:/x\n", "memory"));
  EXPECT_EQ(parse_cgroup_path("0::/user:memory:/x\n", ""), "/user:memory:/x");
  for (const char* none : {"", "0::\n", "0\n", ":::\n", "memory", "4:memory:relative\n"}) {
    EXPECT_FALSE(parse_cgroup_path(none, "memory")) << none;
    EXPECT_FALSE(parse_cgroup_path(none, "")) << none;
  }
}

TEST(ProcParse, MountsOfTheUsualFolderWin) {
  const auto mounts = parse_cgroup_mounts(
      "22 1 8:1 / / rw - ext4 /dev/sda rw,memory\n"
      "35 31 0:32 /a /sys/fs/cgroup/memory rw,relatime shared:7 - cgroup cgroup rw,memory\n"
      "36 31 0:33 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
      "37 31 0:34 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
      "38 31 0:35 / /sys/fs/cgroup/with\\040blank rw master:1 shared:2 - cgroup2 cgroup2 rw\n"
      "39 31 0:36 / /jail/cgroup rw - cgroup2 cgroup2 rw\n"
      "40 31 0:36 / - cgroup2\n");

  ASSERT_TRUE(mounts.memory && mounts.cpu && mounts.unified);
  EXPECT_EQ(mounts.memory->folder, "/sys/fs/cgroup/memory");
  EXPECT_EQ(mounts.memory->root, "/a");
  EXPECT_EQ(mounts.cpu->folder, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(mounts.unified->folder, "/sys/fs/cgroup/with blank");
  EXPECT_FALSE(parse_cgroup_mounts("").unified);
}

TEST(ProcParse, FolderIsWhatTheMountShows) {
  EXPECT_EQ(folder_of({"/c", "/"}, "/"), "/c");
  EXPECT_EQ(folder_of({"/c", "/"}, "/a/b"), "/c/a/b");
  EXPECT_EQ(folder_of({"/c", "/docker/1"}, "/docker/1"), "/c");
  EXPECT_EQ(folder_of({"/c", "/docker/1"}, "/docker/1/x"), "/c/x");
  EXPECT_FALSE(folder_of({"/c", "/docker/1"}, "/docker/12"));
  EXPECT_FALSE(folder_of({"/c", "/../.."}, "/"));
  EXPECT_FALSE(folder_of({"/c", "/"}, "/../x"));
  EXPECT_FALSE(folder_of({"/c", "/a"}, "/a/../../x"));
}

TEST(ProcParse, AnyBytesGiveAnAnswer) {
  std::mt19937 random{1};
  constexpr std::string_view kAlphabet = "0:/ \n\t().,-\\total=somefullkBmaxcgroup2 rw,memory\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text(random() % 120, ' ');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    (void)parse_start_ticks(text);
    (void)parse_cpu_max(text);
    (void)parse_pressure(text);
    (void)keys(text, {{"total"}, {""}});
    const auto mounts = parse_cgroup_mounts("1 2 3 " + text + " - cgroup2 x " + text);
    if (const auto path = parse_cgroup_path(text, ""); path && mounts.unified) (void)folder_of(*mounts.unified, *path);
  }
}

}  // namespace
}  // namespace vitals::detail
