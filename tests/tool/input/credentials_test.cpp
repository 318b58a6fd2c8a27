// What a request carries to a server that asks who it is, and that nothing of it shows.
#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tool/input/fetch.hpp"
#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// The header of the request that these options make.
std::string request_with(const CredentialOptions& options) {
  std::string request;
  const ScriptedServer server([&](int, const std::string& header) {
    request = header;
    return http_ok("a 1\n");
  });
  fetch_exposition(server.url(), 5s, credentials_of(options));
  return request;
}

std::string error_of(const CredentialOptions& options) {
  try {
    credentials_of(options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "no error";
}

TEST(Credentials, HeadersAreSent) {
  const auto file = temporary_file("headers", "X-One: 1\n\nX-Two:2\r\n");

  const auto request = request_with({.headers = {"X-Scope-OrgID: clinic", "X-Empty:", "@" + file}});

  EXPECT_THAT(request, HasSubstr("X-Scope-OrgID: clinic\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(request, HasSubstr("X-One: 1\r\nX-Two: 2\r\n"));
}

TEST(Credentials, BearerTokenComesFromOptionFileOrEnvironment) {
  const auto file = temporary_file("token", " from-file\n");

  EXPECT_THAT(request_with({.bearer_token = "given"}), HasSubstr("Authorization: Bearer given\r\n"));
  EXPECT_THAT(request_with({.bearer_token_file = file}), HasSubstr("Authorization: Bearer from-file\r\n"));
  ::setenv("VITALS_BEARER_TOKEN", "from-environment", 1);
  EXPECT_THAT(request_with({}), HasSubstr("Authorization: Bearer from-environment\r\n"));
  EXPECT_THAT(request_with({.bearer_token_file = file}), HasSubstr("Authorization: Bearer from-file\r\n"));
  EXPECT_THAT(request_with({.headers = {"authorization: other"}}), Not(HasSubstr("from-environment")));
  EXPECT_THAT(request_with({.user = "a:b"}), Not(HasSubstr("from-environment")));
  ::unsetenv("VITALS_BEARER_TOKEN");
  EXPECT_THAT(request_with({}), Not(HasSubstr("Authorization")));
}

TEST(Credentials, PasswordComesFromOptionFileOrEnvironment) {
  const auto file = temporary_file("password", "open sesame\n");

  EXPECT_THAT(request_with({.user = "me:a:b"}), HasSubstr("Authorization: Basic bWU6YTpi\r\n"));
  EXPECT_THAT(request_with({.user = "me", .password_file = file}),
              HasSubstr("Authorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n"));
  ::setenv("VITALS_PASSWORD", "x", 1);
  EXPECT_THAT(request_with({.user = "me"}), HasSubstr("Authorization: Basic bWU6eA==\r\n"));
  ::unsetenv("VITALS_PASSWORD");
}

TEST(Credentials, WrongOptionsAreRefusedWithoutTheirValues) {
  for (const std::string header : {"secret", ": secret", "X y: secret", "X: secret\r\nY: z", "@/nowhere"}) {
    std::string message;
    try {
      credentials_of({.headers = {header}});
    } catch (const std::exception& error) {
      message = error.what();
    }
    EXPECT_NE(message, "") << header;
    EXPECT_THAT(message, Not(HasSubstr("secret")));
  }
  EXPECT_THAT(error_of({.headers = {"Accept: text/html"}}), HasSubstr("--header: Accept is chosen by vitals"));
  EXPECT_THAT(error_of({.bearer_token = "secret", .user = "me:secret"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error_of({.headers = {"Authorization: secret"}, .user = "me:"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error_of({.headers = {"Authorization:"}, .user = "me:"}), HasSubstr("exclude each other"));
  EXPECT_EQ(error_of({.headers = {"Authorization-Foo: x"}, .user = "me:"}), "no error");
  EXPECT_EQ(error_of({.user = "me:secret", .password_file = "/nowhere"}),
            "--user has a password, and so has --password-file; leave one of them out");
  EXPECT_THAT(error_of({.bearer_token_file = temporary_file("two", "a\nb\n")}), HasSubstr("must hold one line"));
  EXPECT_THAT(error_of({.bearer_token = "a\nb"}), HasSubstr("must be one line"));
  EXPECT_THAT(error_of({.user = "me"}), HasSubstr("--user has no password; give --password-file, or set VITALS_PASS"));
}

TEST(Credentials, AFileOfHeadersThatIsTooLargeIsTold) {
  const auto file = temporary_file("big", std::string(65537, 'x'));

  try {
    credentials_of({.headers = {"@" + file}});
    ADD_FAILURE();
  } catch (const FetchError& error) {
    EXPECT_EQ(error.what(), file + " is larger than 64 KiB");
  }
}

// A command line that is wrong in any way shows no more than one that is right.
TEST(Credentials, AreNotInMessagesAboutTheCommandLine) {
  const std::vector<std::vector<std::string>> wrong{
      {"lint", "HTTP://me:secret@127.0.0.1:1/m"},
      {"lint", "HTTP://me:secret@127.0.0.1:1/m", "--json"},
      {"lint", "Https://me:secret@127.0.0.1:1/m"},
      {"lint", "http:/me:secret@127.0.0.1:1/m"},
      {"lint", "http:me:secret@127.0.0.1:1/m"},
      {"lint", "ftp://me:secret@127.0.0.1:1/m"},
      {"lint", "http://me:1/secret@127.0.0.1:1/m"},
      {"lint", "http://me:secret@127.0.0.1:port/m"},
      {"lint", "me:secret@host"},
      {"check", "--url", "HTTP://me:secret@127.0.0.1:1/m"},
      {"check", "--url", "me:secret@127.0.0.1:1/m"},
      {"check", "--before", "http://me:secret@127.0.0.1:1/m", "--after", "x"},
      {"check", "--config", "http://me:secret@127.0.0.1:1/m", "--before", "x", "--after", "x"},
      {"check", "http://me:secret@127.0.0.1:1/m"},
      {"http://me:secret@127.0.0.1:1/m"},
      {"lint", "x", "http://me:secret@127.0.0.1:1/m"},
      {"check", "--bearer-tokn", "secret"},
      {"check", "--bearer-tokn=secret"},
      {"check", "-usecret"}};
  for (const auto& arguments : wrong) {
    const auto result = run_tool(arguments);
    EXPECT_EQ(result.status, 3) << arguments.back();
    EXPECT_NE(result.err, "") << arguments.back();
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("secret"))) << arguments.back();
  }
  EXPECT_THAT(run_tool({"lint", "HTTP://me:secret@127.0.0.1:1/m"}).err, HasSubstr("lint: http://127.0.0.1:1/m: "));
  EXPECT_THAT(run_tool({"lint", "me:secret@host"}).err, HasSubstr("***@host can't be opened"));
  EXPECT_THAT(run_tool({"check", "--bearer-tokn", "secret"}).err, HasSubstr("not expected: --bearer-tokn\n"));
}

TEST(Credentials, AFileMayHaveAnAtInItsName) {
  const auto file = temporary_file("a@b.prom", "a 1\n");

  EXPECT_THAT(run_tool({"lint", file}).out, HasSubstr(file + ":1:1: warning"));
}

TEST(Credentials, CommandsSendThemAndShowNothing) {
  std::string requests;
  std::optional<ScriptedServer> server;
  server.emplace([&](int, const std::string& header) {
    requests += header;
    return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
  });
  const auto token = temporary_file("secret_token", "secret");

  for (const auto& result :
       {run_tool({"check", "--url", server->url(), "--bearer-token-file", token, "--header", "X-Key: secret"}),
        run_tool({"lint", server->url(), "--user", "me:secret"})}) {
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("answered with HTTP status 401, not 200; give --bearer-token-file"));
    EXPECT_THAT(result.err, Not(HasSubstr("secret\n")));
    EXPECT_THAT(result.out + result.err, Not(HasSubstr("me:")));
  }
  server.reset();  // its thread has ended

  EXPECT_THAT(requests, HasSubstr("Authorization: Bearer secret\r\n"));
  EXPECT_THAT(requests, HasSubstr("X-Key: secret\r\n"));
  EXPECT_THAT(requests, HasSubstr("Authorization: Basic bWU6c2VjcmV0\r\n"));
}

TEST(Credentials, AreNotSentOnByARedirect) {
  int others = 0;
  const ScriptedServer other([&](int, const std::string&) {
    ++others;
    return http_ok("a 1\n");
  });
  const ScriptedServer server([&](int, const std::string&) {
    return "HTTP/1.1 302 Found\r\nLocation: " + other.url() + "\r\nContent-Length: 0\r\n\r\n";
  });

  EXPECT_THROW(fetch_exposition(server.url(), 5s, credentials_of({.bearer_token = "secret"})), FetchError);

  EXPECT_EQ(others, 0);
}

}  // namespace
}  // namespace vitals::tool
