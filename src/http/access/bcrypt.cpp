#include "http/access/bcrypt.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <crypt.h>
#include <openssl/crypto.h>

#include "core/text/printable.hpp"

namespace vitals::detail {

namespace {

// $2y$10$ and 22 characters of salt, 31 of the hash.
constexpr std::size_t kBcryptLength = 60;
constexpr std::size_t kBcryptHashAt = 29;
constexpr std::string_view kBcryptDigits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kMakeOne = "; make one of bcrypt with: htpasswd -nB NAME";

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kOtherHashes{{{"$apr1$", "MD5"},
                                                                                      {"$1$", "MD5"},
                                                                                      {"{SHA}", "SHA-1"},
                                                                                      {"{SSHA}", "SHA-1"},
                                                                                      {"$5$", "SHA-256"},
                                                                                      {"$6$", "SHA-512"},
                                                                                      {"$7$", "scrypt"},
                                                                                      {"$y$", "yescrypt"},
                                                                                      {"$argon2", "Argon2"},
                                                                                      {"$2x$", "a faulty bcrypt"},
                                                                                      {"$2$", "an old bcrypt"}}};

bool is_bcrypt(std::string_view hash) {
  return std::ranges::any_of(std::array{"$2a$", "$2b$", "$2y$"},
                             [hash](std::string_view prefix) { return hash.starts_with(prefix); });
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::string> bcrypt_fault(std::string_view hash) {
  if (hash.empty()) return "there is no hash" + std::string{kMakeOne};
  for (const auto& [prefix, name] : kOtherHashes)
    if (hash.starts_with(prefix))
      return "the password is hashed with " + std::string{name} + ", not with bcrypt" + std::string{kMakeOne};
  if (!is_bcrypt(hash)) return "this is no hash of bcrypt, which begins with $2y$" + std::string{kMakeOne};
  if (hash.size() != kBcryptLength)
    return "a hash of bcrypt has 60 characters, and this " + std::to_string(hash.size()) +
           (hash.find_first_of(" \t\r:") != hash.npos ? "; remove what follows it" : "; copy it whole");
  if (!is_digit(hash[4]) || !is_digit(hash[5]) || hash[6] != '$')
    return "a hash of bcrypt has its cost in two digits, as $2y$10$" + std::string{kMakeOne};
  if (const auto salt_and_hash = hash.substr(7); salt_and_hash.find_first_not_of(kBcryptDigits) != hash.npos)
    return "a hash of bcrypt has letters, digits, '.' and '/' behind its cost; copy it again";
  if (const auto cost = bcrypt_cost(hash); cost < kLeastBcryptCost || cost > kMostBcryptCost)
    return "the cost of the hash is " + std::to_string(cost) + ", and may be 4 to 14, since a login of a higher one " +
           "takes seconds; make one of bcrypt with: htpasswd -nBC 12 NAME";
  return std::nullopt;
}

int bcrypt_cost(std::string_view hash) { return (hash[4] - '0') * 10 + (hash[5] - '0'); }

std::string fake_bcrypt_hash(int cost) {
  // Written by hand: nobody knows a password for it.
  return std::string{"$2b$"} + static_cast<char>('0' + cost / 10) + static_cast<char>('0' + cost % 10) +
         "$nobody.has.this.sal.e/" + "no.password.has.this.hash......";
}

Bcrypt::Bcrypt() noexcept = default;
Bcrypt::~Bcrypt() = default;

bool Bcrypt::matches(const std::string& password, const std::string& hash) {
  if (password.find('\0') != password.npos) return false;  // libcrypt would take what stands before it
  if (!data_) data_ = std::make_unique<crypt_data>();
  // To libcrypt, $2y$ is the same, and $2a$ differs for some passwords with the byte 255, unlike elsewhere.
  const auto setting = "$2b$" + hash.substr(4);
  const char* const made = crypt_r(password.c_str(), setting.c_str(), data_.get());
  // The salt may be written in several ways, so that only what follows it is compared.
  const std::string_view text = made ? made : "";
  const bool is_same =
      text.size() == kBcryptLength &&
      CRYPTO_memcmp(text.data() + kBcryptHashAt, hash.data() + kBcryptHashAt, kBcryptLength - kBcryptHashAt) == 0;
  OPENSSL_cleanse(data_.get(), sizeof(crypt_data));
  return is_same;
}

}  // namespace vitals::detail
