#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::tool {

/// The text of a gzip stream (RFC 1952): of all its members, each of them whole and with the right checksum, and with
/// nothing after the last, as Prometheus wants it.
/// Bounded against any stream: text of `limit` bytes, as much memory again while it grows, linear time.
/// Throws std::length_error if the text is longer, std::invalid_argument if it is no such stream.
std::string gunzip(std::string_view stream, std::size_t limit);

}  // namespace vitals::tool
