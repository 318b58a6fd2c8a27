#pragma once
#include <string>
#include <string_view>

namespace vitals::tool {

/// A gzip stream (RFC 1952) of the text, which gunzip() reads. Fast rather than small. Throws std::bad_alloc.
std::string gzip(std::string_view text);

}  // namespace vitals::tool
