#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct crypt_data;

namespace vitals::detail {

/// A login is computed once, and then known. One of cost 14 takes about a second, which each step of the cost doubles;
/// they are computed one after the other, so that a higher cost would let a handful of wrong passwords hold up a right
/// one for longer than Prometheus waits.
inline constexpr int kMostBcryptCost = 14;
inline constexpr int kLeastBcryptCost = 4;  ///< bcrypt has no lower one

/// What is wrong with a hash for a password: the rule and the fix; nothing if Bcrypt can check it. Never shows the
/// hash.
[[nodiscard]] std::optional<std::string> bcrypt_fault(std::string_view hash);

/// REQUIRES: it has no bcrypt_fault().
[[nodiscard]] int bcrypt_cost(std::string_view hash);
/// A hash of that cost that no password has been made for.
[[nodiscard]] std::string fake_bcrypt_hash(int cost);

/// Computes bcrypt.
/// Not thread-safe. Cost: 32 KiB, from the first use on.
class Bcrypt {
 public:
  Bcrypt() noexcept;
  ~Bcrypt();
  Bcrypt(const Bcrypt&) = delete;
  Bcrypt& operator=(const Bcrypt&) = delete;

  /// Whether the hash is of this password, in a time that depends on the hash's cost alone. Of a password bcrypt takes
  /// the first 72 bytes. One with a NUL, or a failure, is a no. REQUIRES: the hash has no bcrypt_fault().
  [[nodiscard]] bool matches(const std::string& password, const std::string& hash);

 private:
  std::unique_ptr<crypt_data> data_;
};

}  // namespace vitals::detail
