#pragma once

#include <string>
#include <string_view>
#include <vector>

struct x509_st;  // X509 of OpenSSL

namespace vitals::detail {

/// The names that clients' certificates may have.
/// Thread-safe: it doesn't change.
class AllowedNames {
 public:
  explicit AllowedNames(std::vector<std::string> names);

  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }
  /// Whether one of the certificate's subject alternative names (DNS, IP, e-mail, URI) is one of them, to the letter;
  /// an IP address in whatever spelling. Its common name doesn't count.
  [[nodiscard]] bool has_one_of(const x509_st* certificate) const noexcept;

 private:
  [[nodiscard]] bool has(std::string_view name) const noexcept;
  [[nodiscard]] bool has_address(std::string_view bytes) const noexcept;

  std::vector<std::string> names_;
  std::vector<std::string> addresses_;  // those that are some: 4 or 16 bytes
};

}  // namespace vitals::detail
