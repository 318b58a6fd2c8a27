#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "core/collectors/proc_file.hpp"

namespace vitals {
namespace {

// By name, and the value of the first label where there is one: "process_threads", "process_page_faults_total minor".
std::map<std::string, double> read(const Registry& registry) {
  std::map<std::string, double> values;
  for (const auto& family : registry.snapshot()) {
    for (const auto& metric : family.metrics)
      values[family.name + (metric.labels.empty() ? "" : " " + metric.labels[0].value)] = metric.value;
  }
  return values;
}

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

rusage used() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double boot_time_of_proc() {
  std::ifstream stat{"/proc/stat"};
  for (std::string word; stat >> word;) {
    if (word == "btime" && stat >> word) return std::stod(word);
  }
  return 0;
}

// Pages of this process's own, touched one by one.
struct Pages {
  explicit Pages(std::size_t n) : size{n * 4096} {
    start = static_cast<char*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    madvise(start, size, MADV_NOHUGEPAGE);
    for (std::size_t i = 0; i < size; i += 4096) start[i] = 1;
  }
  ~Pages() { munmap(start, size); }
  std::size_t size;
  char* start;
};

struct ProcessTest : testing::Test {
  ProcessTest() { register_process_metrics(registry); }
  Registry registry;
};

TEST_F(ProcessTest, TellsWhatTheSystemTells) {
  const auto values = read(registry);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

  EXPECT_GT(values.at("process_resident_memory_bytes"), 1e5);
  EXPECT_GE(values.at("process_virtual_memory_bytes"), values.at("process_resident_memory_bytes"));
  EXPECT_GE(values.at("process_memory_limit_bytes"), values.at("process_resident_memory_bytes"));
  EXPECT_GE(values.at("process_open_fds"), 3);
  EXPECT_GE(values.at("process_max_fds"), values.at("process_open_fds"));
  EXPECT_LE(values.at("process_start_time_seconds"), now + 1);
  EXPECT_GT(values.at("process_start_time_seconds"), now - 86'400);
  EXPECT_GE(values.at("process_threads"), 1);
}

TEST_F(ProcessTest, FollowsDescriptorsThreadsAndTime) {
  const auto idle = [](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  };
  std::jthread first{idle};  // ThreadSanitizer starts a thread of its own with the first
  const auto before = read(registry);
  std::vector<int> fds;
  for (int i = 0; i < 10; ++i) fds.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::jthread second{idle};
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds{30}) {
  }

  const auto after = read(registry);

  EXPECT_EQ(after.at("process_open_fds"), before.at("process_open_fds") + 10);
  EXPECT_EQ(after.at("process_threads"), before.at("process_threads") + 1);
  EXPECT_GT(after.at("process_cpu_seconds_total"), before.at("process_cpu_seconds_total"));
  EXPECT_EQ(after.at("process_start_time_seconds"), before.at("process_start_time_seconds"));
  for (const int fd : fds) close(fd);
}

// A process that never waited and was never interrupted has no series of switches yet.
void wait_once() { std::this_thread::sleep_for(std::chrono::milliseconds{1}); }

TEST_F(ProcessTest, AgreesWithGetrusage) {
  wait_once();
  const auto before = used();
  const auto values = read(registry);
  const auto after = used();

  const auto between = [&](const char* name, double low, double high) {
    EXPECT_GE(values.at(name), low) << name;
    EXPECT_LE(values.at(name), high) << name;
  };
  const char* const user = "process_cpu_mode_seconds_total user";
  const char* const system = "process_cpu_mode_seconds_total system";
  between(user, seconds(before.ru_utime), seconds(after.ru_utime));
  between(system, seconds(before.ru_stime), seconds(after.ru_stime));
  EXPECT_DOUBLE_EQ(values.at("process_cpu_seconds_total"), values.at(user) + values.at(system));
  const auto count = [&](const char* name, long rusage::*member) {
    between(name, static_cast<double>(before.*member), static_cast<double>(after.*member));
  };
  count("process_page_faults_total minor", &rusage::ru_minflt);
  count("process_page_faults_total major", &rusage::ru_majflt);
  count("process_context_switches_total voluntary", &rusage::ru_nvcsw);
  count("process_context_switches_total involuntary", &rusage::ru_nivcsw);
}

TEST_F(ProcessTest, CountsSwitchesOfThreadsThatHaveEnded) {
  wait_once();
  const auto before = read(registry);
  std::thread{[] {
    for (int i = 0; i < 20; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }}.join();

  const auto after = read(registry);

  const char* const voluntary = "process_context_switches_total voluntary";
  EXPECT_GE(after.at(voluntary), before.at(voluntary) + 20);
}

TEST_F(ProcessTest, MemoryGrowsByWhatIsTouched) {
  constexpr std::size_t kPages = 16'384;
  const auto before = read(registry);
  const Pages pages{kPages};

  const auto after = read(registry);

  const double most = 0.9 * static_cast<double>(pages.size);  // a busy machine may take some away
  const char* const anon = "process_resident_memory_kind_bytes anon";
  const double swapped = after.at("process_swap_bytes") - before.at("process_swap_bytes");
  EXPECT_GE(after.at(anon) + swapped - before.at(anon), most);
  EXPECT_GE(after.at("process_resident_memory_peak_bytes"), after.at("process_resident_memory_bytes"));
  EXPECT_GE(after.at("process_page_faults_total minor"), before.at("process_page_faults_total minor") + kPages / 2);
  EXPECT_DOUBLE_EQ(after.at("process_resident_memory_bytes"), after.at(anon) +
                                                                  after.at("process_resident_memory_kind_bytes file") +
                                                                  after.at("process_resident_memory_kind_bytes shmem"));
}

TEST_F(ProcessTest, CountsWhatIsWritten) {
  const std::string bytes(100'000, 'x');
  const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const auto before = read(registry);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(write(fd, bytes.data(), bytes.size()), 100'000);

  const auto after = read(registry);

  close(fd);
  EXPECT_GE(after.at("process_io_bytes_total write"), before.at("process_io_bytes_total write") + 1e6);
  EXPECT_GE(after.at("process_io_syscalls_total write"), before.at("process_io_syscalls_total write") + 10);
  EXPECT_GT(after.at("process_io_syscalls_total read"), before.at("process_io_syscalls_total read"));
  EXPECT_EQ(after.count("process_io_storage_bytes_total read"), 1u);
}

TEST_F(ProcessTest, LimitsAreThoseOfTheProcess) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);

  EXPECT_EQ(read(registry).at("process_max_fds"), static_cast<double>(limit.rlim_cur));
}

TEST_F(ProcessTest, StartIsThatOfTheKernel) {
  const auto ticks = detail::parse_start_ticks(detail::read_all("/proc/self/stat"));
  ASSERT_TRUE(ticks);
  const double start = boot_time_of_proc() + static_cast<double>(*ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));

  EXPECT_NEAR(read(registry).at("process_start_time_seconds"), start, 2);
}

TEST_F(ProcessTest, BothWaysToCountDescriptorsAgree) {
  std::vector<int> fds;
  for (int i = 0; i < 500; ++i) fds.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));

  EXPECT_EQ(detail::count_open_fds(), detail::list_open_fds());
  EXPECT_GE(detail::list_open_fds(), 503u);
  for (const int fd : fds) close(fd);
}

TEST_F(ProcessTest, LeavesNoDescriptorOpen) {
  const auto before = detail::list_open_fds();
  for (int i = 0; i < 20; ++i) read(registry);

  EXPECT_EQ(detail::list_open_fds(), before);
}

TEST_F(ProcessTest, CountersSayWhenTheyBegan) {
  const double start = read(registry).at("process_start_time_seconds");

  for (const auto& family : registry.snapshot()) {
    if (family.name != "process_cpu_seconds_total") continue;
    EXPECT_NEAR(static_cast<double>(family.metrics.at(0).created) / 1e9, start, 0.001);
    EXPECT_EQ(family.unit, "seconds");
  }
}

TEST_F(ProcessTest, ForkedChildTellsOfItself) {
  const auto parent = read(registry);
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  const pid_t child = fork();
  if (child == 0) {
    const auto values = read(registry);
    const bool own = values.at("process_start_time_seconds") > parent.at("process_start_time_seconds") &&
                     values.at("process_io_bytes_total write") == 0 && values.at("process_cpu_seconds_total") < 10;
    _exit(own ? 0 : 1);
  }

  int status = -1;
  waitpid(child, &status, 0);

  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_F(ProcessTest, PromtoolFindsNothingToComplainAbout) {
  if (std::system("command -v promtool >/dev/null") != 0)
    GTEST_SKIP() << "promtool is missing: install the package prometheus";
  register_allocator_metrics(registry);
  register_build_info(registry, {.version = "1"});
  const std::string file = testing::TempDir() + "vitals-process-" + std::to_string(getpid());
  std::ofstream{file} << to_text(registry);

  std::FILE* promtool = popen(("promtool check metrics <" + file + " 2>&1").c_str(), "r");
  ASSERT_NE(promtool, nullptr);
  std::string said;
  for (int c = std::fgetc(promtool); c != EOF; c = std::fgetc(promtool)) said += static_cast<char>(c);

  EXPECT_EQ(pclose(promtool), 0);
  EXPECT_EQ(said, "");
  unlink(file.c_str());
}

TEST_F(ProcessTest, RegisteringTwiceChangesNothing) {
  register_allocator_metrics(registry);
  register_library_metrics(registry);
  const std::size_t once = registry.snapshot().size();

  register_process_metrics(registry);
  register_allocator_metrics(registry);
  register_library_metrics(registry);

  EXPECT_NE(to_text(registry).find("vitals_collector_errors_total 0\n"), std::string::npos);
  EXPECT_EQ(registry.snapshot().size(), once);
}

}  // namespace
}  // namespace vitals
