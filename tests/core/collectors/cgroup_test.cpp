#include "core/collectors/cgroup.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace vitals::detail {
namespace {

// A folder that looks like a mounted hierarchy.
struct CgroupTest : testing::Test {
  CgroupTest() {
    std::string pattern = testing::TempDir() + "vitals-cgroup.XXXXXX";
    folder = mkdtemp(pattern.data());
  }
  ~CgroupTest() override { std::filesystem::remove_all(folder); }

  void write(const std::string& file, const std::string& text) const {
    const auto path = folder / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream{path} << text << '\n';
  }
  [[nodiscard]] Cgroup v2(const std::string& path, const std::string& root = "/") const {
    return {{.unified = CgroupMount{folder.string(), root}}, "0::" + path + "\n"};
  }
  [[nodiscard]] Cgroup v1(const std::string& path, const std::string& root = "/") const {
    const CgroupMount mount{folder.string(), root};
    return {{.memory = mount, .cpu = mount}, "4:memory:" + path + "\n3:cpu,cpuacct:" + path + "\n0::/\n"};
  }

  std::filesystem::path folder;
};

TEST_F(CgroupTest, LeastLimitOnTheWayUpCounts) {
  write("a/memory.max", "4096");
  write("a/memory.current", "3000");
  write("a/b/memory.max", "8192");
  write("a/b/memory.current", "2000");
  write("a/b/c/memory.max", "max");
  write("a/b/c/memory.current", "1000");

  const auto memory = v2("/a/b/c").memory();

  EXPECT_EQ(memory.limit, 4096u);
  EXPECT_EQ(memory.usage, 3000u);
}

TEST_F(CgroupTest, UsageIsItsOwnWithoutALimit) {
  write("a/memory.max", "max");
  write("a/memory.current", "3000");
  write("a/b/memory.max", "max");
  write("a/b/memory.current", "2000");

  const auto memory = v2("/a/b").memory();

  EXPECT_FALSE(memory.limit);
  EXPECT_EQ(memory.usage, 2000u);
}

TEST_F(CgroupTest, Version1HasALargestNumberForNoLimit) {
  write("memory.limit_in_bytes", "9223372036854771712");
  write("memory.usage_in_bytes", "5000");
  write("a/memory.limit_in_bytes", "4096");
  write("a/memory.usage_in_bytes", "77");

  EXPECT_FALSE(v1("/").memory().limit);
  EXPECT_EQ(v1("/").memory().usage, 5000u);
  EXPECT_EQ(v1("/a").memory().limit, 4096u);
  EXPECT_EQ(v1("/a").memory().usage, 77u);
}

TEST_F(CgroupTest, ContainerSeesItsOwnCgroupAtTheTop) {
  write("memory.limit_in_bytes", "4096");

  EXPECT_EQ(v1("/docker/1", "/docker/1").memory().limit, 4096u);
  EXPECT_FALSE(v1("/docker/2", "/docker/1").memory().limit);
  EXPECT_FALSE(v1("/../2").memory().limit);
}

TEST_F(CgroupTest, NothingAboveTheMountIsRead) {
  write("memory.max", "1");
  write("mount/memory.max", "4096");
  const Cgroup cgroup{{.unified = CgroupMount{(folder / "mount").string(), "/"}}, "0::/gone (deleted)\n"};

  EXPECT_EQ(cgroup.memory().limit, 4096u);
}

TEST_F(CgroupTest, QuotaHasItsThrottling) {
  write("a/cpu.max", "150000 100000");
  write("a/cpu.stat", "usage_usec 5\nnr_periods 40\nnr_throttled 4\nthrottled_usec 2500000");
  write("a/b/cpu.max", "max 100000");
  write("a/b/cpu.stat", "usage_usec 5\nnr_periods 0\nnr_throttled 0\nthrottled_usec 0");

  const auto cpu = v2("/a/b").cpu();

  EXPECT_EQ(cpu.limit, 1.5);
  EXPECT_EQ(cpu.periods, 40u);
  EXPECT_EQ(cpu.throttled_periods, 4u);
  EXPECT_EQ(cpu.throttled_seconds, 2.5);
}

TEST_F(CgroupTest, Version1CountsNanoseconds) {
  write("cpu.cfs_quota_us", "-1");
  write("cpu.cfs_period_us", "100000");
  write("a/cpu.cfs_quota_us", "50000");
  write("a/cpu.cfs_period_us", "100000");
  write("a/cpu.stat", "nr_periods 40\nnr_throttled 4\nthrottled_time 2500000000");

  const auto cpu = v1("/a").cpu();

  EXPECT_EQ(cpu.limit, 0.5);
  EXPECT_EQ(cpu.throttled_seconds, 2.5);
  EXPECT_FALSE(v1("/").cpu().limit);
  EXPECT_FALSE(v1("/").cpu().periods);
}

TEST_F(CgroupTest, PressureIsOfCgroupsBelowTheTop) {
  const std::string text = "some avg10=0 avg60=0 avg300=0 total=20\nfull avg10=0 avg60=0 avg300=0 total=10";
  write("io.pressure", text);
  write("a/io.pressure", text);
  write("a/cgroup.events", "populated 1");

  EXPECT_EQ(v2("/a").pressure("io").some, 20u);
  EXPECT_EQ(v2("/a").pressure("io").full, 10u);
  EXPECT_FALSE(v2("/a").pressure("cpu").some);
  EXPECT_FALSE(v2("/").pressure("io").some);
}

TEST_F(CgroupTest, NothingIsKnownWithoutMountsOrText) {
  for (const auto& cgroup : {Cgroup{{}, "0::/\n4:memory:/\n"}, v2(""), Cgroup{{}, ""}}) {
    EXPECT_FALSE(cgroup.memory().limit);
    EXPECT_FALSE(cgroup.memory().usage);
    EXPECT_FALSE(cgroup.cpu().limit);
    EXPECT_FALSE(cgroup.pressure("cpu").some);
  }
}

TEST_F(CgroupTest, DepthIsBounded) {
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "/a";

  EXPECT_FALSE(v2(path).memory().limit);
}

}  // namespace
}  // namespace vitals::detail
