#include "http/access/allowed_names.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include "http/access/quiet_errors.hpp"

namespace vitals::detail {

namespace {

struct FreeNames {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};

std::string_view bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace

AllowedNames::AllowedNames(std::vector<std::string> names) : names_(std::move(names)) {
  for (const auto& name : names_) {
    std::string bytes(sizeof(in6_addr), '\0');
    if (inet_pton(AF_INET, name.c_str(), bytes.data()) == 1) {
      bytes.resize(sizeof(in_addr));
    } else if (inet_pton(AF_INET6, name.c_str(), bytes.data()) != 1) {
      continue;
    }
    addresses_.push_back(std::move(bytes));
  }
}

bool AllowedNames::has(std::string_view name) const noexcept { return std::ranges::find(names_, name) != names_.end(); }

bool AllowedNames::has_address(std::string_view bytes) const noexcept {
  return std::ranges::find(addresses_, bytes) != addresses_.end();
}

bool AllowedNames::has_one_of(const x509_st* certificate) const noexcept {
  const QuietErrors quiet;
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* const name = sk_GENERAL_NAME_value(names.get(), i);
    switch (name->type) {
      case GEN_DNS:
        if (has(bytes_of(name->d.dNSName))) return true;
        break;
      case GEN_EMAIL:
        if (has(bytes_of(name->d.rfc822Name))) return true;
        break;
      case GEN_URI:
        if (has(bytes_of(name->d.uniformResourceIdentifier))) return true;
        break;
      case GEN_IPADD:
        if (has_address(bytes_of(name->d.iPAddress))) return true;
        break;
      default:
        break;
    }
  }
  return false;
}

}  // namespace vitals::detail
