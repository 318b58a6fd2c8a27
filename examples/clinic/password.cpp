#include "password.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <vector>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace clinic {
namespace {

using Bytes = std::vector<unsigned char>;

// 50,000 rounds are about 25 ms of one CPU, for a login that may take 100 ms. Each hash tells its own number of rounds.
constexpr std::string_view kNobody =
    "pbkdf2-sha256$50000$00000000000000000000000000000000$"
    "0000000000000000000000000000000000000000000000000000000000000000";

Bytes from_hex(std::string_view hex) {
  Bytes bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::from_chars(hex.data() + 2 * i, hex.data() + 2 * i + 2, bytes[i], 16);
  }
  return bytes;
}

struct Hash {
  int iterations = 0;
  Bytes salt;
  Bytes key;
};

std::optional<Hash> parse(std::string_view text) {
  constexpr std::string_view kScheme = "pbkdf2-sha256$";
  if (text.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  text.remove_prefix(kScheme.size());
  const auto first = text.find('$'), second = text.find('$', first + 1);
  if (first == text.npos || second == text.npos) return std::nullopt;
  Hash hash;
  std::from_chars(text.data(), text.data() + first, hash.iterations);
  hash.salt = from_hex(text.substr(first + 1, second - first - 1));
  hash.key = from_hex(text.substr(second + 1));
  if (hash.iterations < 1 || hash.salt.empty() || hash.key.empty()) return std::nullopt;
  return hash;
}

}  // namespace

bool password_matches(std::string_view password, std::string_view hash) {
  const auto expected = parse(hash.empty() ? kNobody : hash);
  if (!expected) throw std::runtime_error{"a password hash in the table users is malformed"};
  Bytes key(expected->key.size());
  if (PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), expected->salt.data(),
                        static_cast<int>(expected->salt.size()), expected->iterations, EVP_sha256(),
                        static_cast<int>(key.size()), key.data()) != 1) {
    throw std::runtime_error{"PBKDF2 failed"};
  }
  return CRYPTO_memcmp(key.data(), expected->key.data(), key.size()) == 0 && !hash.empty();
}

std::string random_hex(std::size_t n_bytes) {
  Bytes bytes(n_bytes);
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error{"no random bytes"};
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) text.append({kDigits[byte >> 4], kDigits[byte & 15]});
  return text;
}

}  // namespace clinic
