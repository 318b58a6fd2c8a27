#pragma once
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace vitals::tool {

/// What the server or the file answered is no exposition, or there is no answer.
class FetchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// GETs an exposition over HTTP, gzip-compressed if the server can, directly (proxies of the environment are not used)
/// and without following redirects.
/// Bounded against any server: `timeout` for the whole answer, kMaxExpositionBytes before and after decompression.
/// Throws FetchError unless the answer is 200 and whole, with text (a missing content type is let through).
std::string fetch_url(const std::string& url, std::chrono::milliseconds timeout);

/// What was answered, whatever its Content-Type.
struct Fetched {
  std::string body;
  std::string content_type;  ///< empty if there is none
};

/// The same with another Accept header and any Content-Type.
Fetched fetch_url(const std::string& url, std::chrono::milliseconds timeout, const std::string& accept);

/// Reads a file of at most `limit` bytes; throws FetchError.
std::string read_file(const std::string& path, std::size_t limit);

/// The URL without user and password, for messages.
std::string without_credentials(const std::string& url);

}  // namespace vitals::tool
