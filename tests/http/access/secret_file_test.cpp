#include "http/access/secret_file.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::read_bearer_token_file;
using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(const std::string& text) {
  const TestFolder folder;
  const auto path = folder.write("token", text);
  const auto message = refusal_of([&] { static_cast<void>(read_bearer_token_file(path)); });
  EXPECT_THAT(message, Not(HasSubstr("SECRET"))) << "a message shows the token";
  return message.substr(std::min(path.size() + 1, message.size()));
}

TEST(BearerTokenFile, HasATokenInOneLine) {
  const TestFolder folder;
  for (const auto* const text :
       {"abc-._~+/09AZ==", "abc-._~+/09AZ==\n", "abc-._~+/09AZ==\r\n", "\n \tabc-._~+/09AZ== \n\n"})
    EXPECT_EQ(read_bearer_token_file(folder.write("token", text)), "abc-._~+/09AZ==");
  EXPECT_EQ(read_bearer_token_file(folder.write("token", std::string(4096, 'x'))).size(), 4096U);
}

TEST(BearerTokenFile, ThatMayNotBeReadIsToBeGivenToTheUserOfTheProcess) {
  const TestFolder folder;
  const auto path = folder.write("token", "abc\n");
  folder.must_run("chmod 0 token && chmod 755 .");
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65'534) != 0) _exit(2);
    const auto wanted = path + ": can't be read: Permission denied; let the user of the process (uid " +
                        std::to_string(geteuid()) + ") read it";
    _exit(refusal_of([&] { (void)read_bearer_token_file(path); }) == wanted ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);

  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(BearerTokenFile, IsRefusedWithTheRuleAndTheFix) {
  EXPECT_EQ(refusal(""), "1: there is no token; make one with: openssl rand -hex 32");
  EXPECT_THAT(refusal(" \n\n"), HasSubstr("1: there is no token"));
  EXPECT_THAT(refusal("SECRET\nSECRET\n"), HasSubstr("2: there is a second line"));
  EXPECT_THAT(refusal("\n\nSECRET,"), HasSubstr("3: a token has letters, digits and - . _ ~ + /"));
  for (const auto* const text : {"SEC RET", "SECRET=1", "=", "Bearer SECRET", "\"SECRET\"", "SECRÉT"})
    EXPECT_THAT(refusal(text), HasSubstr("1: a token has letters")) << text;
  EXPECT_THAT(refusal(std::string(4097, 'x')), HasSubstr("at most 4096 characters"));
  EXPECT_THAT(refusal(std::string(8193, 'x')), HasSubstr("larger than 8 KiB"));
  const auto none = refusal_of([] { static_cast<void>(read_bearer_token_file("/nowhere/token")); });
  EXPECT_EQ(none,
            "/nowhere/token: can't be read: No such file or directory; give the path of a file with a bearer token "
            "in one line");
}

}  // namespace
}  // namespace vitals::testing
