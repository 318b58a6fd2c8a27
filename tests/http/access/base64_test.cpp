#include "http/access/base64.hpp"

#include <random>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace vitals::testing {
namespace {

using detail::base64_decoded;

// RFC 4648, section 10.
TEST(Base64, DecodesTheExamplesOfItsRfc) {
  EXPECT_EQ(base64_decoded(""), "");
  EXPECT_EQ(base64_decoded("Zg=="), "f");
  EXPECT_EQ(base64_decoded("Zm8="), "fo");
  EXPECT_EQ(base64_decoded("Zm9v"), "foo");
  EXPECT_EQ(base64_decoded("Zm9vYg=="), "foob");
  EXPECT_EQ(base64_decoded("Zm9vYmE="), "fooba");
  EXPECT_EQ(base64_decoded("Zm9vYmFy"), "foobar");
}

TEST(Base64, RefusesOtherSpellings) {
  for (const auto* const text : {"Zg", "Zg=", "Z===", "====", "=", "Zm9v====", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zm9-",
                                 "Zm9_", "Zg==Zg==", "Z=g=", "Zm9vZ"})
    EXPECT_EQ(base64_decoded(text), std::nullopt) << text;
}

TEST(Base64, DecodesWhatOpenSslEncodes) {
  std::mt19937 random(4648);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random());
    std::string text(4 * (size / 3 + 1) + 1, '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                         reinterpret_cast<const unsigned char*>(bytes.data()),
                                                         static_cast<int>(size))));

    EXPECT_EQ(base64_decoded(text), bytes);
  }
}

}  // namespace
}  // namespace vitals::testing
