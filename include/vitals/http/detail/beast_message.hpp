#pragma once

// Of <vitals/http/beast.hpp> and <vitals/http/beast_client.hpp>; needs the headers of Boost.Beast.
#include <string_view>

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/message.hpp>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

namespace beast_http = ::boost::beast::http;
using BeastError = ::boost::beast::error_code;
// Until Boost 1.80 not std::string_view's relative.
inline std::string_view from_beast(::boost::beast::string_view text) noexcept { return {text.data(), text.size()}; }
inline ::boost::beast::string_view to_beast(std::string_view text) noexcept { return {text.data(), text.size()}; }

template <class Message>
auto beast_headers(const Message& message) {
  return [&](std::string_view name) { return from_beast(message[to_beast(name)]); };
}
template <class Message>
auto beast_setter(Message& message) {
  return [&](auto name, auto value) { message.set(to_beast(name), to_beast(value)); };
}

}  // namespace vitals::detail
