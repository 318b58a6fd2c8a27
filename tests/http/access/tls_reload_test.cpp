#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/access/certificates.hpp"
#include "http/access/handshake.hpp"
#include "http/access/test_folder.hpp"
#include "http/access/tls_context.hpp"

namespace vitals::testing {
namespace {

using detail::TlsContext;
using detail::TlsSettings;
using ::testing::HasSubstr;

// tls.pem and tls.key, which begin as the first of two pairs.
class TlsReload : public ::testing::Test {
 protected:
  void SetUp() override {
    if (folder.run("openssl version").status != 0) GTEST_SKIP() << "openssl is not installed";
    const Certificates certificates(folder);
    certificates.authority("ca");
    certificates.issue("first", "ca");
    certificates.issue("second", "ca");
    folder.must_run("cp first.pem tls.pem && cp first.key tls.key");
  }

  [[nodiscard]] TlsSettings settings() const {
    TlsSettings settings;
    settings.certificate.path = folder.path("tls.pem");
    settings.key.path = folder.path("tls.key");
    return settings;
  }
  static std::string served(const TlsContext& context) { return shake_hands(context.current()).server_name; }

  // The second time after a change: at the first one who writes may not have finished.
  bool reload(TlsContext& context) {
    const bool at_once = context.reload_if_changed(why_not);
    return context.reload_if_changed(why_not) && !at_once;
  }

  TestFolder folder;
  std::string why_not;
};

TEST_F(TlsReload, TakesAPairThatIsRenamedIntoPlace) {
  TlsContext context(settings());
  EXPECT_FALSE(reload(context));
  EXPECT_EQ(served(context), "first");
  const auto old = context.current();

  folder.must_run("cp second.pem new.pem && cp second.key new.key && mv new.pem tls.pem && mv new.key tls.key");

  EXPECT_TRUE(reload(context));
  EXPECT_EQ(why_not, "");
  EXPECT_EQ(served(context), "second");
  EXPECT_FALSE(reload(context));
  EXPECT_EQ(shake_hands(old).server_name, "first");  // what connections have lives on
}

// As kubelet does: tls.pem -> ..data/tls.pem, ..data -> a folder, and ..data is renamed over.
TEST_F(TlsReload, TakesAPairWhoseFolderIsSwappedByALink) {
  folder.must_run(
      "rm tls.pem tls.key && mkdir one two && cp first.pem one/tls.pem && cp first.key one/tls.key && "
      "cp second.pem two/tls.pem && cp second.key two/tls.key && ln -s one ..data && "
      "ln -s ..data/tls.pem tls.pem && ln -s ..data/tls.key tls.key");
  TlsContext context(settings());
  EXPECT_EQ(served(context), "first");

  folder.must_run("ln -s two ..new && mv -T ..new ..data && rm -r one");

  EXPECT_TRUE(reload(context)) << why_not;
  EXPECT_EQ(served(context), "second");
}

TEST_F(TlsReload, KeepsTheOldPairWhileTheNewOneIsHalfWritten) {
  TlsContext context(settings());

  folder.must_run("cp second.pem tls.pem");
  EXPECT_FALSE(reload(context));
  EXPECT_THAT(why_not, HasSubstr("tls.key: is not the key of the certificate in"));
  EXPECT_FALSE(reload(context));
  EXPECT_EQ(why_not, "") << "told twice";
  EXPECT_EQ(served(context), "first");

  folder.must_run("cp second.key tls.key");
  EXPECT_TRUE(reload(context));
  EXPECT_EQ(served(context), "second");
}

TEST_F(TlsReload, KeepsGarbageOut) {
  TlsContext context(settings());
  const auto good = folder.text("second.pem");
  const std::vector<std::pair<std::string, std::string>> garbage{
      {"", "is empty"},
      {std::string(10'000, '\xff'), "has no certificate in PEM"},
      {good.substr(0, good.size() / 2), "cut off"},
      {std::string((1 << 20) + 1, 'x'), "larger than 1024 KiB"}};
  for (const auto& [text, why] : garbage) {
    folder.write("tls.pem", text);
    EXPECT_FALSE(reload(context));
    EXPECT_THAT(why_not, HasSubstr(why));
    EXPECT_EQ(served(context), "first");
  }
  folder.must_run("rm tls.pem");
  EXPECT_FALSE(reload(context));
  EXPECT_THAT(why_not, HasSubstr("No such file"));
  folder.must_run("mkdir tls.pem");
  EXPECT_FALSE(reload(context));
  EXPECT_THAT(why_not, HasSubstr("is a folder"));
  EXPECT_EQ(served(context), "first");

  folder.must_run("rmdir tls.pem && cp second.pem tls.pem && cp second.key tls.key");
  EXPECT_TRUE(reload(context)) << why_not;
  EXPECT_EQ(served(context), "second");
}

TEST_F(TlsReload, KeepsTheOldPairInsteadOfAnExpiredOne) {
  Certificates(folder).issue_for("old", "ca", "20200101000000Z", "20210101000000Z");
  TlsContext context(settings());

  folder.must_run("cp old.pem tls.pem && cp old.key tls.key");
  EXPECT_FALSE(reload(context));
  EXPECT_THAT(why_not, HasSubstr("the certificate ended at 2021-01-01"));
  EXPECT_EQ(served(context), "first");
}

TEST_F(TlsReload, IsNoNewsIfTheFilesSayTheSame) {
  TlsContext context(settings());
  const auto before = context.current();

  folder.must_run("touch -d '1 hour ago' tls.pem && cp tls.key same && mv same tls.key");
  EXPECT_FALSE(reload(context));
  EXPECT_EQ(why_not, "");
  EXPECT_EQ(context.current().get(), before.get());
}

TEST_F(TlsReload, SeesAWriteThatLeavesSizeAndTimeAsTheyWere) {
  folder.must_run("cp second.key tls.key");
  auto of_second = settings();
  of_second.certificate.path = folder.path("second.pem");
  TlsContext context(of_second);

  folder.must_run(
      "touch -r tls.key time && dd if=first.key of=tls.key conv=notrunc status=none && touch -r time tls.key");
  EXPECT_FALSE(reload(context));
  EXPECT_THAT(why_not, HasSubstr("is not the key of the certificate"));
}

TEST_F(TlsReload, ADroppedClientCaLetsItsClientsInNoMore) {
  const Certificates certificates(folder);
  certificates.authority("other-ca");
  certificates.issue("client", "ca", "DNS:client");
  certificates.issue("other", "other-ca", "DNS:other");
  folder.must_run("cp ca.pem clients.pem");
  auto mutual = settings();
  mutual.client_ca.path = folder.path("clients.pem");
  mutual.client_auth = detail::ClientAuth::RequireAndVerify;
  TlsContext context(mutual);
  const auto is_served = [&](const std::string& name) {
    return shake_hands(context.current(),
                       {.certificate = folder.path(name + ".pem"), .key = folder.path(name + ".key")})
        .is_served;
  };
  EXPECT_TRUE(is_served("client"));
  EXPECT_FALSE(is_served("other"));

  folder.must_run("cp other-ca.pem clients.pem");
  EXPECT_TRUE(reload(context)) << why_not;
  EXPECT_FALSE(is_served("client"));
  EXPECT_TRUE(is_served("other"));
}

// Under ThreadSanitizer: handshakes while the pair is replaced.
TEST_F(TlsReload, HappensWhileOthersShakeHands) {
  TlsContext context(settings());
  std::atomic<bool> is_over{false};
  std::atomic<int> wrong{0};
  std::thread shaking([&] {
    while (!is_over) {
      const auto done = shake_hands(context.current());
      if (!done.is_served || (done.server_name != "first" && done.server_name != "second")) ++wrong;
      if (context.expires_at() < std::chrono::system_clock::now()) ++wrong;
    }
  });
  int reloads = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string name = i % 2 ? "first" : "second";
    folder.must_run("cp " + name + ".key tls.key && cp " + name + ".pem tls.pem");
    reloads += reload(context) ? 1 : 0;
  }
  is_over = true;
  shaking.join();

  EXPECT_EQ(reloads, 20);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace vitals::testing
