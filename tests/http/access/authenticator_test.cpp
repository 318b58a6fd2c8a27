#include "http/access/authenticator.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "http/access/credentials.hpp"

namespace vitals::testing {
namespace {

using detail::Authenticator;
using Verdict = Authenticator::Verdict;

TEST(Authenticator, LetsEverybodyInWithoutUsersAndToken) {
  Authenticator authenticator;

  EXPECT_FALSE(authenticator.is_required());
  EXPECT_EQ(authenticator.judge(""), Verdict::Granted);
  EXPECT_EQ(authenticator.judge("Basic nonsense"), Verdict::Granted);
  EXPECT_TRUE(authenticator.verify(""));
}

TEST(Authenticator, GrantsALoginAtOnceAfterItWasVerified) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret:with colons")}, {"eve", hash_of("")}}});
  const auto bob = basic("bob:secret:with colons");

  EXPECT_TRUE(authenticator.is_required());
  EXPECT_EQ(authenticator.judge(bob), Verdict::MustVerify);
  EXPECT_TRUE(authenticator.verify(bob));
  EXPECT_EQ(authenticator.judge(bob), Verdict::Granted);
  EXPECT_TRUE(authenticator.verify(basic("eve:")));
  EXPECT_EQ(authenticator.judge(basic("eve:")), Verdict::Granted);
  EXPECT_EQ(authenticator.judge(bob), Verdict::Granted);
}

TEST(Authenticator, GrantsNoOtherLogin) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret")}, {"eve", hash_of("other")}}});
  EXPECT_TRUE(authenticator.verify(basic("bob:secret")));

  for (const auto* const login :
       {"bob:wrong", "bob:", "bob:secret ", "Bob:secret", "eve:secret", "nobody:secret", ":secret"}) {
    EXPECT_EQ(authenticator.judge(basic(login)), Verdict::MustVerify) << login;
    EXPECT_FALSE(authenticator.verify(basic(login))) << login;
    EXPECT_EQ(authenticator.judge(basic(login)), Verdict::MustVerify) << login;
  }
  EXPECT_EQ(authenticator.judge(basic("bob:secret")), Verdict::Granted);
}

TEST(Authenticator, DeniesWhatIsNoLoginWithoutBcrypt) {
  const Authenticator authenticator({.users = {{"bob", hash_of("secret")}}});
  const std::vector<std::string> headers{"",
                                         " ",
                                         "Basic",
                                         "Basic ",
                                         "Basic   ",
                                         "Basic Ym9i",  // bob, without a colon
                                         "Basic Ym9iOnNlY3JldA",
                                         "Basic !!!!",
                                         "Basic Ym9iOnNlY3JldA== x",
                                         "Bearer " + base64("bob:secret"),
                                         "Digest username=bob",
                                         "BasicYm9iOnNlY3JldA==",
                                         "Basic\tYm9iOnNlY3JldA==",
                                         basic(std::string{"bob:secret\0", 11}),
                                         basic(std::string{"bob\0:secret", 11}),
                                         "Basic " + std::string(8192, 'A'),
                                         std::string(100'000, 'B')};
  for (const auto& header : headers) EXPECT_EQ(authenticator.judge(header), Verdict::Denied) << header;
}

TEST(Authenticator, TakesTheSchemeInAnyCaseAndWithMoreBlanks) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret")}}, .bearer_token = "abc"});

  EXPECT_TRUE(authenticator.verify("bAsIc   " + base64("bob:secret") + "  "));
  EXPECT_EQ(authenticator.judge("BEARER  abc "), Verdict::Granted);
}

TEST(Authenticator, GrantsTheBearerTokenAlone) {
  Authenticator authenticator({.bearer_token = "abc"});

  EXPECT_TRUE(authenticator.is_required());
  EXPECT_EQ(authenticator.judge("Bearer abc"), Verdict::Granted);
  EXPECT_TRUE(authenticator.verify("Bearer abc"));
  for (const auto* const header :
       {"Bearer abd", "Bearer ab", "Bearer abcd", "Bearer abc abc", "Bearer", "Bearer ", "abc"}) {
    EXPECT_EQ(authenticator.judge(header), Verdict::Denied) << header;
    EXPECT_FALSE(authenticator.verify(header)) << header;
  }
  EXPECT_EQ(authenticator.judge(basic("bob:secret")), Verdict::Denied);
}

TEST(Authenticator, GrantsNoEmptyTokenWhereThereIsNone) {
  const Authenticator authenticator({.users = {{"bob", hash_of("secret")}}});
  EXPECT_EQ(authenticator.judge("Bearer "), Verdict::Denied);
  EXPECT_EQ(authenticator.judge("Bearer  "), Verdict::Denied);
}

TEST(Authenticator, ChallengesForWhatIsThere) {
  const detail::Users bob{{"bob", hash_of("secret")}};
  EXPECT_EQ(Authenticator({.users = bob}).challenge(), R"(Basic realm="metrics", charset="UTF-8")");
  EXPECT_EQ(Authenticator({.bearer_token = "abc"}).challenge(), R"(Bearer realm="metrics")");
  EXPECT_EQ(Authenticator({.users = bob, .bearer_token = "abc"}).challenge(),
            R"(Basic realm="metrics", charset="UTF-8", Bearer realm="metrics")");
}

TEST(Authenticator, ForgetsLoginsWithOtherSettings) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret")}}});
  const auto bob = basic("bob:secret");
  EXPECT_TRUE(authenticator.verify(bob));

  EXPECT_FALSE(authenticator.replace({.users = {{"bob", hash_of("secret")}}}));
  EXPECT_EQ(authenticator.judge(bob), Verdict::Granted);
  EXPECT_TRUE(authenticator.replace({.users = {{"bob", hash_of("changed")}}}));
  EXPECT_EQ(authenticator.judge(bob), Verdict::MustVerify);
  EXPECT_FALSE(authenticator.verify(bob));
  EXPECT_TRUE(authenticator.verify(basic("bob:changed")));
  EXPECT_TRUE(authenticator.replace({.bearer_token = "abc"}));
  EXPECT_EQ(authenticator.judge(basic("bob:changed")), Verdict::Denied);
}

// A guesser must not learn which names are users. CPU time, since others use the machine too; 3 ms each.
TEST(Authenticator, TakesAsLongForUnknownUsersAsForWrongPasswords) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret", 6)}}});
  const auto cpu_seconds = [&](const std::string& header) {
    timespec begin{};
    timespec end{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    EXPECT_FALSE(authenticator.verify(header));
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    return static_cast<double>(end.tv_sec - begin.tv_sec) + 1e-9 * static_cast<double>(end.tv_nsec - begin.tv_nsec);
  };
  std::vector<double> known;
  std::vector<double> unknown;
  for (int i = 0; i < 41; ++i) {
    known.push_back(cpu_seconds(basic("bob:wrong" + std::to_string(i))));
    unknown.push_back(cpu_seconds(basic("nobody" + std::to_string(i) + ":wrong")));
  }
  std::ranges::nth_element(known, known.begin() + 20);
  std::ranges::nth_element(unknown, unknown.begin() + 20);

  RecordProperty("ratio", std::to_string(unknown[20] / known[20]));
  EXPECT_GT(unknown[20], known[20] / 2);
  EXPECT_LT(unknown[20], known[20] * 2);
}

// With hashes of several costs, a name that nobody has takes the time of one of them, and the same one each time.
TEST(Authenticator, TakesForUnknownUsersTheTimeOfOneOfTheUsers) {
  Authenticator authenticator({.users = {{"fast", hash_of("secret", 4)}, {"slow", hash_of("secret", 9)}}});
  const auto time_of = [&](const std::string& name) {
    const auto begin = std::clock();
    EXPECT_FALSE(authenticator.verify(basic(name + ":wrong")));
    return std::clock() - begin;
  };
  const auto between = (time_of("fast") + time_of("slow")) / 4;  // one takes 32 times as long as the other
  const auto is_slow = [&](const std::string& name) { return time_of(name) > between; };
  int slow = 0;
  for (int i = 0; i < 24; ++i) {
    const auto name = "nobody" + std::to_string(i);
    const bool first = is_slow(name);
    slow += first ? 1 : 0;
    EXPECT_EQ(is_slow(name), first) << name;
  }
  EXPECT_GT(slow, 0);  // of 24 names, with odds of 1 to 16 million
  EXPECT_LT(slow, 24);
}

TEST(Authenticator, LeavesTheProgramsErrorsOfOpenSslAlone) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret")}}, .bearer_token = "abc"});
  ERR_clear_error();
  ERR_raise(ERR_LIB_USER, 7);

  EXPECT_TRUE(authenticator.verify(basic("bob:secret")));
  EXPECT_EQ(authenticator.judge("Bearer wrong"), Verdict::Denied);
  EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 7);
  EXPECT_EQ(ERR_get_error(), 0U);
}

// Under ThreadSanitizer: judging, verifying and replacing at once.
TEST(Authenticator, IsUsedByThreadsAtOnce) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret")}}, .bearer_token = "abc"});
  const auto bob = basic("bob:secret");
  std::atomic<bool> is_over{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!is_over) {
        if (authenticator.judge(bob) == Verdict::Denied || authenticator.judge("Bearer no") != Verdict::Denied) ++wrong;
        if (!authenticator.is_required() || authenticator.challenge().empty()) ++wrong;
      }
    });
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!is_over)
        if (!authenticator.verify(bob) || authenticator.verify(basic("bob:wrong"))) ++wrong;
    });
  for (int i = 0; i < 50; ++i) {
    authenticator.replace({.users = {{"bob", hash_of("secret")}}, .bearer_token = i % 2 ? "abc" : "abcd"});
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  is_over = true;
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
}

// Each of them waits for those before it, and the first has computed what the others ask.
TEST(Authenticator, ComputesALoginOnceForManyAtOnce) {
  Authenticator authenticator({.users = {{"bob", hash_of("secret", 10)}}});
  const auto bob = basic("bob:secret");
  const auto begin = std::clock();
  EXPECT_FALSE(authenticator.verify(basic("bob:wrong")));
  const auto of_one = std::clock() - begin;

  std::vector<std::thread> threads;
  std::atomic<int> granted{0};
  const auto begin_of_many = std::clock();
  for (int i = 0; i < 20; ++i) threads.emplace_back([&] { granted += authenticator.verify(bob) ? 1 : 0; });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(granted, 20);
  EXPECT_LT(std::clock() - begin_of_many, 10 * of_one);  // of the process: 20 of them would be 20 times as long
}

}  // namespace
}  // namespace vitals::testing
