#include "http/access/watched_files.hpp"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::WatchedFiles;

using Look = WatchedFiles::Look;

// A second write may have the time of the first, in a file system whose clock ticks each two seconds.
TEST(WatchedFiles, TellsOfFilesOfAMomentAgoUntilTheyHaveSettled) {
  const TestFolder folder;
  WatchedFiles files({folder.write("a", "1"), "", folder.path("none")});
  EXPECT_EQ(files.look(), Look::Changed);
  EXPECT_EQ(files.look(), Look::Changed);

  std::this_thread::sleep_for(std::chrono::milliseconds{2100});
  EXPECT_EQ(files.look(), Look::Changed) << "what was written after the last look";
  EXPECT_EQ(files.look(), Look::Same);
  EXPECT_EQ(files.look(), Look::Same);
}

// Half of it, or nothing yet, may be there at one look, and the whole at another.
TEST(WatchedFiles, HaveChangedOnceTwoLooksFindThemTheSame) {
  const TestFolder folder;
  WatchedFiles files({folder.write("a", "1"), folder.path("none")});

  folder.write("a", "");
  EXPECT_EQ(files.look(), Look::Changing);
  folder.write("a", "22");
  EXPECT_EQ(files.look(), Look::Changing);
  EXPECT_EQ(files.look(), Look::Changed);

  folder.must_run("rm a");
  EXPECT_EQ(files.look(), Look::Changing);
  folder.write("none", "");
  EXPECT_EQ(files.look(), Look::Changing);
  EXPECT_EQ(files.look(), Look::Changed);
}

TEST(WatchedFiles, TellsWhetherTheyChangeWhileTheyAreRead) {
  const TestFolder folder;
  WatchedFiles files({folder.write("a", "1")});
  EXPECT_FALSE(files.have_changed());

  folder.write("a", "22");
  EXPECT_TRUE(files.have_changed());
  EXPECT_EQ(files.look(), Look::Changing);
  EXPECT_FALSE(files.have_changed());
}

TEST(WatchedFiles, TellsOfALinkToAnotherFileOfTheSameTimes) {
  const TestFolder folder;
  folder.must_run("mkdir one two && echo 1 >one/a && echo 2 >two/a && ln -s one now && ln -s now/a a");
  std::this_thread::sleep_for(std::chrono::milliseconds{2100});
  WatchedFiles files({folder.path("a")});
  EXPECT_EQ(files.look(), Look::Same);

  folder.must_run("ln -s two new && mv -T new now");
  EXPECT_EQ(files.look(), Look::Changing);
  EXPECT_EQ(files.look(), Look::Changed);
  EXPECT_EQ(files.look(), Look::Same);
}

TEST(WatchedFiles, OfNoneNeverChange) {
  EXPECT_EQ(WatchedFiles{}.look(), Look::Same);
  WatchedFiles without_paths({"", ""});
  EXPECT_EQ(without_paths.look(), Look::Same);
}

}  // namespace
}  // namespace vitals::testing
