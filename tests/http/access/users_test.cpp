#include "http/access/users.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/access/bcrypt.hpp"
#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::Bcrypt;
using detail::bcrypt_fault;
using detail::read_users_file;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Of "U*U", from the tests of crypt_blowfish, whose hashes others took over.
constexpr std::string_view kHash = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

std::string line(const std::string& name, std::string_view hash = kHash) {
  return name + ':' + std::string{hash} + '\n';
}

std::string refusal(const std::string& text) {
  const TestFolder folder;
  const auto path = folder.write("users", text);
  auto message = refusal_of([&] { static_cast<void>(read_users_file(path)); });
  EXPECT_THAT(message, StartsWith(path + ':'));
  EXPECT_THAT(message, Not(HasSubstr("CCCCCC"))) << "a message shows a hash";
  return message.substr(std::min(path.size() + 1, message.size()));
}

TEST(Users, AreReadFromLinesOfNamesAndHashes) {
  const TestFolder folder;
  const auto path = folder.write(
      "users", "# scrapers\n\n" + line("prometheus") + "   \n" + line("jörg") + "last:" + std::string{kHash});

  EXPECT_EQ(
      read_users_file(path),
      (detail::Users{{"prometheus", std::string{kHash}}, {"jörg", std::string{kHash}}, {"last", std::string{kHash}}}));
}

TEST(Users, LogInWithHashesOfHtpasswd) {
  const TestFolder folder;
  if (folder.run("command -v htpasswd").status != 0) GTEST_SKIP() << "apache2-utils is not installed";
  folder.must_run(
      "htpasswd -cbB -C 4 users bob 'wörd of bob' && htpasswd -bB users eve '' && htpasswd -nbB al 1 >>users");
  const auto users = read_users_file(folder.path("users"));
  Bcrypt bcrypt;

  ASSERT_EQ(users.size(), 3U);
  EXPECT_TRUE(bcrypt.matches("wörd of bob", users.at("bob")));
  EXPECT_FALSE(bcrypt.matches("wörd of boB", users.at("bob")));
  EXPECT_FALSE(bcrypt.matches("", users.at("bob")));
  EXPECT_TRUE(bcrypt.matches("", users.at("eve")));
  EXPECT_TRUE(bcrypt.matches("1", users.at("al")));
}

// Both spellings that python's bcrypt has, of passwords with each byte that may stand in one.
TEST(Users, LogInWithHashesOfPython) {
  const TestFolder folder;
  if (folder.run("/usr/bin/python3 -c 'import bcrypt'").status != 0) GTEST_SKIP() << "python3-bcrypt is not installed";
  std::string all(255, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i + 1);
  folder.write("make.py", R"(
import bcrypt
every = bytes(range(1, 256))
for prefix in b"2a", b"2b":
    for i in range(0, 255, 51):
        hashed = bcrypt.hashpw(every[i:i + 51], bcrypt.gensalt(4, prefix))
        print(f"{prefix.decode()}-{i}:{hashed.decode()}")
)");
  folder.must_run("/usr/bin/python3 make.py >users");
  const auto users = read_users_file(folder.path("users"));
  Bcrypt bcrypt;

  ASSERT_EQ(users.size(), 10U);
  for (const auto& [name, hash] : users) {
    const auto password = all.substr(std::stoul(name.substr(3)), 51);
    EXPECT_TRUE(bcrypt.matches(password, hash)) << name;
    EXPECT_FALSE(bcrypt.matches(password.substr(1), hash)) << name;
  }
}

TEST(Users, LogInWithTheFirst72BytesOfAPassword) {
  const TestFolder folder;
  if (folder.run("command -v htpasswd").status != 0) GTEST_SKIP() << "apache2-utils is not installed";
  const std::string longest(72, 'x');
  folder.must_run("htpasswd -cbB -C 4 users bob " + longest);
  const auto hash = read_users_file(folder.path("users")).at("bob");
  Bcrypt bcrypt;

  EXPECT_TRUE(bcrypt.matches(longest, hash));
  EXPECT_TRUE(bcrypt.matches(longest + "more", hash));
  EXPECT_FALSE(bcrypt.matches(longest.substr(1), hash));
}

TEST(Users, ANulIsInNoPassword) {
  Bcrypt bcrypt;
  const std::string hash{kHash};

  EXPECT_TRUE(bcrypt.matches("U*U", hash));
  EXPECT_FALSE(bcrypt.matches(std::string{"U*U\0x", 5}, hash));
  EXPECT_FALSE(bcrypt.matches(std::string{"U*U\0", 4}, hash));
}

TEST(Users, NobodyHasThePasswordOfAFakeHash) {
  for (const int cost : {detail::kLeastBcryptCost, 9, detail::kMostBcryptCost}) {
    const auto fake = detail::fake_bcrypt_hash(cost);
    EXPECT_EQ(bcrypt_fault(fake), std::nullopt) << fake;
    EXPECT_EQ(detail::bcrypt_cost(fake), cost);
  }
  Bcrypt bcrypt;
  EXPECT_FALSE(bcrypt.matches("", detail::fake_bcrypt_hash(4)));
}

TEST(Users, RefusesLinesWithTheRuleAndTheFix) {
  EXPECT_EQ(refusal(line("a") + "bob\n"),
            "2: a line is a name, a colon and a hash; write one with: htpasswd -B FILE NAME");
  EXPECT_THAT(refusal(line("")), HasSubstr("1: there is no name before the colon"));
  EXPECT_THAT(refusal(line("a") + "\n" + line("b") + line("a")), HasSubstr("4: user 'a' is in line 1 already"));
  EXPECT_THAT(refusal("bob:" + std::string{kHash} + "\r\n"), HasSubstr("1: the line ends with CR LF"));
  EXPECT_THAT(refusal("\xEF\xBB\xBF" + line("bob")), HasSubstr("1: a byte order mark"));
  EXPECT_THAT(refusal(line(" bob")), HasSubstr("blanks stand around the name"));
  EXPECT_THAT(refusal(line("b\tob")), HasSubstr("no control characters"));
  EXPECT_THAT(refusal(line("b\xFCrger")), HasSubstr("is not UTF-8"));
  EXPECT_THAT(refusal(line(std::string(256, 'n'))), HasSubstr("at most 255 bytes"));
  EXPECT_THAT(refusal("bob:" + std::string{kHash} + " \n"),
              HasSubstr("60 characters, and this 61; remove what follows it"));
  EXPECT_THAT(refusal("bob:" + std::string{kHash} + ":x\n"), HasSubstr("remove what follows it"));
}

TEST(Users, TellsEveryMistakeOfAFile) {
  const TestFolder folder;
  const auto path = folder.write("users",
                                 "\xEF\xBB\xBF"
                                 "bob\r\n" +
                                     line("eve") + "eve:secret\r\n" + line(" al"));
  const auto message = refusal_of([&] { static_cast<void>(read_users_file(path)); });

  std::vector<std::string> lines;
  std::istringstream rest(message);
  for (std::string one; std::getline(rest, one);) lines.push_back(one.substr(path.size()));
  EXPECT_THAT(lines, ElementsAre(StartsWith(":1: a byte order mark"), StartsWith(":1: the line ends with CR LF"),
                                 StartsWith(":1: a line is a name"), StartsWith(":3: user 'eve': this is no hash"),
                                 StartsWith(":3: user 'eve' is in line 2 already"), StartsWith(":4: blanks stand")));
}

TEST(Users, TellsAHundredMistakesAndTheNumberOfTheOthers) {
  std::string names;
  for (int i = 0; i < 103; ++i) names += "name\n";
  const auto message = refusal(names);

  EXPECT_EQ(std::ranges::count(message, '\n'), 100);
  EXPECT_TRUE(message.ends_with("\nand 3 more"));
}

TEST(Users, RefusesFilesWithoutUsers) {
  const TestFolder folder;
  EXPECT_THAT(refusal(""), HasSubstr("has no user"));
  EXPECT_THAT(refusal("# nobody\n\n"),
              HasSubstr("has no user, so that nobody could log in; add one with: htpasswd -B"));
  const auto of_path = [](const std::string& path) {
    return refusal_of([&] { static_cast<void>(read_users_file(path)); });
  };
  EXPECT_EQ(of_path(folder.path("none")), folder.path("none") +
                                              ": can't be read: No such file or directory; give the "
                                              "path of a users file, as htpasswd -B writes it");
  EXPECT_THAT(of_path(folder.path()), HasSubstr("is a folder"));
  EXPECT_THAT(of_path("/dev/zero"), HasSubstr("is a device"));
  EXPECT_THAT(of_path(folder.write("large", std::string((1 << 20) + 1, '\n'))), HasSubstr("is larger than 1024 KiB"));
  folder.must_run("mkfifo pipe");
  EXPECT_THAT(of_path(folder.path("pipe")), HasSubstr("a pipe"));
}

TEST(Users, RefusesOtherHashesByTheirNames) {
  const auto fault = [](std::string_view hash) { return bcrypt_fault(hash).value_or("none"); };
  constexpr std::string_view kFix = "make one of bcrypt with: htpasswd -nB NAME";
  EXPECT_EQ(fault(kHash), "none");
  EXPECT_THAT(fault("$apr1$CTRRpFxZ$iGW5TGCNAnIWJVYJ9hQ5K1"),
              AllOf(HasSubstr("with MD5, not with bcrypt"), HasSubstr(kFix)));
  EXPECT_THAT(fault("{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ="), AllOf(HasSubstr("with SHA-1"), HasSubstr(kFix)));
  EXPECT_THAT(fault("$6$salt$rest"), HasSubstr("with SHA-512"));
  EXPECT_THAT(fault("$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"), HasSubstr("a faulty bcrypt"));
  EXPECT_THAT(fault("secret"), AllOf(HasSubstr("this is no hash of bcrypt"), HasSubstr(kFix)));
  EXPECT_THAT(fault(""), HasSubstr("there is no hash"));
  EXPECT_THAT(fault(kHash.substr(0, 59)), HasSubstr("60 characters, and this 59; copy it whole"));
  EXPECT_THAT(fault("$2y$5$CCCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"), HasSubstr("cost in two digits"));
  EXPECT_THAT(fault("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyO!W"), HasSubstr("letters, digits"));
}

TEST(Users, RefusesCostsThatTakeSecondsOrThatAreNone) {
  const auto with_cost = [](const std::string& cost) {
    return bcrypt_fault("$2y$" + cost + std::string{kHash.substr(6)}).value_or("none");
  };
  EXPECT_EQ(with_cost("04"), "none");
  EXPECT_EQ(with_cost("14"), "none");
  EXPECT_EQ(with_cost("15"),
            "the cost of the hash is 15, and may be 4 to 14, since a login of a higher one takes "
            "seconds; make one of bcrypt with: htpasswd -nBC 12 NAME");
  EXPECT_THAT(with_cost("03"), HasSubstr("may be 4 to 14"));
  EXPECT_THAT(with_cost("99"), HasSubstr("may be 4 to 14"));
}

}  // namespace
}  // namespace vitals::testing
