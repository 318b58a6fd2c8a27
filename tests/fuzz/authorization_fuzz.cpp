// Any bytes as a header Authorization: the token is granted, and what may be a login is looked at by bcrypt, but
// nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>

#include "http/access/authenticator.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// By the alphabet of RFC 4648 alone, in which each digit is six bits.
std::string decoded(const std::string& digits) {
  static const std::string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bits;
  for (const char digit : digits)
    for (int bit = 5; bit >= 0; --bit) bits += (kAlphabet.find(digit) >> bit & 1) != 0 ? '1' : '0';
  std::string bytes;
  for (std::size_t at = 0; at + 8 <= bits.size(); at += 8)
    bytes += static_cast<char>(std::stoi(bits.substr(at, 8), nullptr, 2));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using vitals::detail::Authenticator;
  static const Authenticator kAuthenticator{
      {.users = {{"bob", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}}, .bearer_token = "abc"}};
  static const std::regex kToken{"[Bb][Ee][Aa][Rr][Ee][Rr] +abc *"};
  // The last digit before the padding has no bits that mean nothing.
  static const std::regex kLogin{
      "[Bb][Aa][Ss][Ii][Cc] +((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?) *"};
  const std::string header{reinterpret_cast<const char*>(data), size};
  if (size > 2048) return 0;  // std::regex takes the stack for each byte

  const auto verdict = kAuthenticator.judge(header);
  std::smatch parts;
  auto expected = Authenticator::Verdict::Denied;
  if (std::regex_match(header, kToken)) {
    expected = Authenticator::Verdict::Granted;
  } else if (std::regex_match(header, parts, kLogin)) {
    auto digits = parts[1].str();
    digits.erase(std::min(digits.find('='), digits.size()));
    const auto login = decoded(digits);
    if (login.find(':') != login.npos && login.find('\0') == login.npos) expected = Authenticator::Verdict::MustVerify;
  }
  require(verdict == expected);
  return 0;
}
