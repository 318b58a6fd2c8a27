#include "http/access/credentials.hpp"

#include <cstddef>

#include <crypt.h>
#include <openssl/evp.h>

namespace vitals::testing {

std::string hash_of(const std::string& password, int cost) {
  crypt_data data{};
  const auto setting = std::string{"$2b$"} + (cost < 10 ? "0" : "") + std::to_string(cost) + "$abcdefghijklmnopqrstuu";
  return crypt_r(password.c_str(), setting.c_str(), &data);
}

std::string base64(const std::string& bytes) {
  std::string text(4 * (bytes.size() / 3 + 1) + 1, '\0');
  text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                                       static_cast<int>(bytes.size()))));
  return text;
}

}  // namespace vitals::testing
