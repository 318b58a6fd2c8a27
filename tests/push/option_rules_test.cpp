#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/private_pushgateway.hpp"

namespace vitals {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What the constructor says to options that are good but for what `change` does; empty: nothing.
std::string refusal(const std::function<void(PushOptions&)>& change) {
  Registry registry;
  PushOptions options{.url = "http://127.0.0.1:9091", .job = "backup", .grouping = {{"instance", "a"}}};
  change(options);
  try {
    const PushGateway push{registry, options};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(PushOptions, AreRefusedByName) {
  const std::vector<std::pair<std::function<void(PushOptions&)>, std::vector<std::string>>> wrong{
      {[](auto& o) { o.url = "127.0.0.1:9091"; }, {"url \"127.0.0.1:9091\"", "must begin with http://"}},
      {[](auto& o) { o.job = ""; }, {"job \"\"", "give the name"}},
      {[](auto& o) {
         o.grouping = {{"job", "x"}};
       },
       {"grouping \"job\"", "option job"}},
      {[](auto& o) {
         o.grouping = {{"a-b", "x"}};
       },
       {"grouping \"a-b\"", "[a-zA-Z_]", "use \"a_b\""}},
      {[](auto& o) {
         o.grouping = {{"", "x"}};
       },
       {"grouping \"\"", "[a-zA-Z_]"}},
      {[](auto& o) {
         o.grouping = {{"__a", "x"}};
       },
       {"grouping \"__a\"", "reserved"}},
      {[](auto& o) {
         o.grouping = {{"le", "x"}};
       },
       {"grouping \"le\"", "reserved"}},
      {[](auto& o) {
         o.grouping = {{"a", "1"}, {"a", "2"}};
       },
       {"grouping \"a\"", "twice"}},
      {[](auto& o) { o.format = Format::OpenMetrics; }, {"format", "Protobuf"}},
      {[](auto& o) { o.deadline = milliseconds{0}; }, {"deadline \"0 ms\"", "1 ms and a day"}},
      {[](auto& o) { o.attempt_timeout = milliseconds{-1}; }, {"attempt_timeout \"-1 ms\""}},
      {[](auto& o) { o.retry_max = hours{25}; }, {"retry_max \"90000000 ms\""}},
      {[](auto& o) { o.interval = milliseconds{-1}; }, {"interval \"-1 ms\"", "0 for none"}},
      {[](auto& o) { o.username = "u"; }, {"username \"u\"", "password or password_file"}},
      {[](auto& o) { o.password_file = "/dev/null"; }, {"username", "no user"}},
      {[](auto& o) { o.username = "u:v", o.password = "p"; }, {"username \"u:v\"", "colon"}},
      {[](auto& o) { o.username = "u", o.password = "p", o.password_file = "f"; }, {"password_file \"f\"", "excludes"}},
      {[](auto& o) { o.username = "u", o.password_file = "/nowhere"; }, {"password_file \"/nowhere\"", "No such file"}},
      {[](auto& o) { o.username = "u", o.password_file = "/"; }, {"password_file \"/\"", "Is a directory"}},
      {[](auto& o) { o.bearer_token_file = "/dev/null"; }, {"bearer_token_file \"/dev/null\"", "is empty"}},
      {[](auto& o) { o.bearer_token_file = "f", o.username = "u"; }, {"bearer_token_file \"f\"", "excludes username"}},
      {[](auto& o) {
         o.headers = {{"A B", "x"}};
       },
       {"headers \"A B\"", "letters"}},
      {[](auto& o) {
         o.headers = {{"A: b", ""}};
       },
       {"headers \"A: b\"", "letters"}},
      {[](auto& o) {
         o.headers = {{"content-TYPE", "x"}};
       },
       {"headers \"content-TYPE\"", "vitals sets"}},
      {[](auto& o) {
         o.headers = {{"A", "x\r\nB: y"}};
       },
       {"headers \"A\"", "one line"}},
      {[](auto& o) {
         o.headers = {{"Authorization", "x"}}, o.username = "u", o.password = "p";
       },
       {"headers \"Authorization\""}},
      {[](auto& o) { o.tls.ca = "/nowhere"; }, {"tls.ca \"/nowhere\"", "begin with https://"}},
      {[](auto& o) { o.url = "https://h", o.tls.ca = "/nowhere"; }, {"tls.ca \"/nowhere\"", "No such file", "PEM"}},
      {[](auto& o) { o.url = "https://h", o.tls.ca = "/"; }, {"tls.ca \"/\"", "Is a directory"}},
      {[](auto& o) { o.url = "https://h", o.tls.ca = "/dev/null"; }, {"tls.ca \"/dev/null\"", "is empty"}},
      {[](auto& o) { o.url = "https://h", o.tls.key = "/etc/passwd"; }, {"tls.key \"/etc/passwd\"", "belong together"}},
  };

  for (const auto& [change, parts] : wrong) {
    const std::string message = refusal(change);
    EXPECT_THAT(message, StartsWith("vitals::PushOptions: ")) << parts.front();
    for (const auto& part : parts) EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(PushOptions, GoodOnesAreTaken) {
  EXPECT_EQ(refusal([](auto&) {}), "");
  EXPECT_EQ(refusal([](auto& o) {
              o.username = "u", o.password = "p", o.headers = {{"X-Scope-OrgID", "team"}, {"X-Empty", ""}};
            }),
            "");
  EXPECT_EQ(refusal([](auto& o) { o.headers = {{"Authorization", "Digest x"}}; }), "");
  EXPECT_EQ(refusal([](auto& o) { o.deadline = hours{24}, o.attempt_timeout = milliseconds{1}; }), "");
}

TEST(PushOptions, SecretsAreNotShown) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("two_lines", "hunter2\nhunter2\n");
  const std::vector<std::function<void(PushOptions&)>> wrong{
      [](auto& o) { o.url = "http://me:hunter2@h"; },
      [](auto& o) { o.url = "http://h?token=hunter2"; },
      [](auto& o) { o.url = "http://h/a/../?token=hunter2"; },
      [](auto& o) { o.password = "hunter2"; },
      [](auto& o) { o.username = "u", o.password = "hunter2\n"; },
      [](auto& o) {
        o.headers = {{"X-Key", "hunter2\n"}};
      },
      [&](auto& o) { o.username = "u", o.password_file = file; },
      [&](auto& o) { o.bearer_token_file = file; },
  };

  for (const auto& change : wrong)
    EXPECT_THAT(refusal(change), AllOf(StartsWith("vitals::PushOptions: "), Not(HasSubstr("hunter2"))));
}

TEST(PushOptions, AskForAFileThatMayNotBeReadToBeMadeReadable) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("password", "hunter2\n");
  ASSERT_EQ(chmod(file.c_str(), 0) + chmod(folder.path(".").c_str(), 0755), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65'534) != 0) _exit(2);
    const auto wanted =
        "Permission denied; let the user of the process (uid " + std::to_string(geteuid()) + ") read it";
    const auto said = refusal([&](auto& o) { o.username = "u", o.password_file = file; });
    _exit(said.find(wanted) != std::string::npos ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);

  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(PushOptions, RefusedOnesLeaveTheRegistryAsItWas) {
  Registry registry;

  EXPECT_THROW((PushGateway{registry, {.url = "h", .job = "j"}}), std::invalid_argument);

  EXPECT_TRUE(registry.snapshot().empty());
}

}  // namespace
}  // namespace vitals
