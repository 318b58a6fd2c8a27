#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::detail {

/// Appends the bytes of a number, the lowest first.
template <std::unsigned_integral T>
void put_number(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
}

/// Takes a number off the front of `in`. False if there is no whole one.
template <std::unsigned_integral T>
bool take_number(std::string_view& in, T& value) noexcept {
  if (in.size() < sizeof(T)) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(in[i])) << (8 * i)));
  }
  in.remove_prefix(sizeof(T));
  return true;
}

}  // namespace vitals::detail
