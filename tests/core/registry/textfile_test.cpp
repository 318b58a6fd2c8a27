#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

namespace vitals {
namespace {

namespace fs = std::filesystem;

class Textfile : public testing::Test {
 protected:
  Textfile() {
    char name[] = "/tmp/vitals_textfile_XXXXXX";
    folder = mkdtemp(name);
    chmod(folder.c_str(), 0755);  // for those that give up their privileges
    path = folder / "job.prom";
    jobs.inc();
  }
  ~Textfile() override { fs::remove_all(folder); }

  static std::string content(const fs::path& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static mode_t mode(const fs::path& file) {
    struct stat status {};
    stat(file.c_str(), &status);
    return status.st_mode & 07777;
  }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator{folder}) all.insert(entry.path().filename());
    return all;
  }
  // The message, and as what.
  std::string refusal(const fs::path& file, std::errc expected) {
    try {
      write_textfile(registry, file);
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), expected) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "wrote " << file;
    return {};
  }
  // Runs it in a child, as nobody if this is root, with files of at most that size. Whether all went well there.
  template <class Run>
  static bool in_child(rlim_t most_bytes, Run run) {
    const pid_t child = fork();
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{most_bytes, most_bytes};
      setrlimit(RLIMIT_FSIZE, &limit);
      if (geteuid() == 0 && setuid(65'534) != 0) _exit(1);
      run();
      _exit(testing::Test::HasFailure() ? 1 : 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status == 0;
  }

  fs::path folder;
  fs::path path;
  Registry registry;
  Counter& jobs = registry.counter("jobs_total", "Jobs.");
};

TEST_F(Textfile, HoldsTheTextAndNothingStandsBesideIt) {
  const mode_t old_mask = umask(027);

  write_textfile(registry, path);
  umask(old_mask);

  EXPECT_EQ(content(path), "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n");
  EXPECT_EQ(names(), std::set<std::string>{"job.prom"});
  EXPECT_EQ(mode(path), mode_t{0640});
}

TEST_F(Textfile, ReplacesAFileAndKeepsItsMode) {
  std::ofstream{path} << std::string(100'000, 'x');
  chmod(path.c_str(), 0604);

  write_textfile(registry, path);

  EXPECT_EQ(content(path), to_text(registry));
  EXPECT_EQ(mode(path), mode_t{0604});
  EXPECT_EQ(names(), std::set<std::string>{"job.prom"});
}

// Only root may give files away; other users' files are their own, before and after.
TEST_F(Textfile, KeepsOwnerAndGroupWhereItMay) {
  const bool is_root = geteuid() == 0;
  const uid_t owner = is_root ? 1234 : geteuid();
  const gid_t group = is_root ? 2345 : getegid();
  std::ofstream{path} << "old";
  ASSERT_EQ(chown(path.c_str(), owner, group), 0);

  write_textfile(registry, path);

  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, owner);
  EXPECT_EQ(status.st_gid, group);
}

TEST_F(Textfile, TakesAPathOfTheCurrentFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder);

  write_textfile(registry, "here.prom");
  fs::current_path(before);

  EXPECT_EQ(content(folder / "here.prom"), to_text(registry));
}

TEST_F(Textfile, TakesTheLongestName) {
  const fs::path longest = folder / (std::string(250, 'n') + ".prom");

  write_textfile(registry, longest);

  EXPECT_EQ(content(longest), to_text(registry));
}

TEST_F(Textfile, WritesWhereALinkLeadsAndKeepsTheLink) {
  fs::create_directory(folder / "data");
  std::ofstream{folder / "data/real.prom"} << "old";
  fs::create_symlink("data/real.prom", folder / "second");
  fs::create_symlink(folder / "second", path);
  fs::create_symlink("data/new.prom", folder / "dangling.prom");

  write_textfile(registry, path);
  write_textfile(registry, folder / "dangling.prom");

  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_TRUE(fs::is_symlink(folder / "second"));
  EXPECT_TRUE(fs::is_symlink(folder / "dangling.prom"));
  EXPECT_EQ(content(folder / "data/real.prom"), to_text(registry));
  EXPECT_EQ(content(folder / "data/new.prom"), to_text(registry));
  EXPECT_EQ(std::distance(fs::directory_iterator{folder / "data"}, {}), 2);
}

TEST_F(Textfile, SaysWhichPathAndWhy) {
  fs::create_directory(folder / "folder.prom");
  fs::create_symlink("loop.prom", folder / "loop.prom");
  const fs::path gone = folder / "gone" / "job.prom";

  EXPECT_EQ(refusal(gone, std::errc::no_such_file_or_directory),
            "vitals::write_textfile can't write \"" + gone.string() + "\": No such file or directory");
  refusal("", std::errc::no_such_file_or_directory);
  refusal(folder / "folder.prom", std::errc::is_a_directory);
  refusal(folder / "loop.prom", std::errc::too_many_symbolic_link_levels);
  refusal("/dev/null", std::errc::invalid_argument);

  EXPECT_EQ(names(), (std::set<std::string>{"folder.prom", "loop.prom"}));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Textfile, WithoutPermissionTheOldFileStays) {
  std::ofstream{path} << "old";
  chmod(folder.c_str(), 0555);

  EXPECT_TRUE(in_child(RLIM_INFINITY, [&] { refusal(path, std::errc::permission_denied); }));

  chmod(folder.c_str(), 0755);
  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(names(), std::set<std::string>{"job.prom"});
}

TEST_F(Textfile, OnAFullDiskTheOldFileStays) {
  std::ofstream{path} << "old";
  chmod(folder.c_str(), 0777);
  auto& family = registry.counter("many_total", "Many.", {"i"});
  for (int i = 0; i < 1'000; ++i) family.with(i).inc();

  EXPECT_TRUE(in_child(4'096, [&] { refusal(path, std::errc::file_too_large); }));

  EXPECT_EQ(content(path), "old");
  EXPECT_EQ(names(), std::set<std::string>{"job.prom"});
}

// A file system of its own that is full; where the machine lets no test mount one, files of at most that size.
TEST_F(Textfile, NoSpaceLeftIsSaid) {
  const fs::path small = folder / "small";
  fs::create_directory(small);
  auto& family = registry.counter("many_total", "Many.", {"i"});
  for (int i = 0; i < 2'000; ++i) family.with(i).inc();

  const pid_t child = fork();
  if (child == 0) {
    const bool is_mounted = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
                            mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                            mount("tmpfs", small.c_str(), "tmpfs", 0, "size=16k") == 0;
    if (!is_mounted) {
      std::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{16'384, 16'384};
      setrlimit(RLIMIT_FSIZE, &limit);
    }
    std::ofstream{small / "job.prom"} << "old";
    refusal(small / "job.prom", is_mounted ? std::errc::no_space_on_device : std::errc::file_too_large);
    EXPECT_EQ(content(small / "job.prom"), "old");
    EXPECT_EQ(std::distance(fs::directory_iterator{small}, {}), 1);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  waitpid(child, &status, 0);

  EXPECT_EQ(status, 0);
}

TEST_F(Textfile, ReadersSeeOneOfTheTextsAndWhole) {
  Registry other;
  auto& family = other.counter("other_total", "Other.", {"i"});
  for (int i = 0; i < 2'000; ++i) family.with(i).inc();
  const std::string first = to_text(registry);
  const std::string second = to_text(other);
  write_textfile(registry, path);
  std::atomic<int> writing{2};

  std::vector<std::thread> writers;
  for (const Registry* of : {&registry, &other}) {
    writers.emplace_back([&, of] {
      for (int i = 0; i < 100; ++i) write_textfile(*of, path);
      --writing;
    });
  }
  int broken = 0;
  while (writing > 0) {
    const std::string seen = content(path);
    broken += seen != first && seen != second;
  }
  for (auto& writer : writers) writer.join();

  EXPECT_EQ(broken, 0);
  EXPECT_EQ(names(), std::set<std::string>{"job.prom"});
}

}  // namespace
}  // namespace vitals
