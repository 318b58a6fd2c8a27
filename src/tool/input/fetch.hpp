#pragma once

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/lint.hpp>

namespace vitals::tool {

/// What the server or the file answered is no exposition, or there is no answer.
class FetchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The answer has more than there is memory for.
class AnswerTooLarge : public FetchError {
 public:
  using FetchError::FetchError;
};

/// Of https: whom to trust, and who one is. Names of PEM files.
struct FetchTls {
  std::string ca_file{};             ///< of whom the server's certificate may be; empty: the system's
  std::string certificate{}, key{};  ///< one's own; the key may be in the same file
  bool insecure = false;             ///< any certificate will do
};

/// What a request carries besides its address. Nothing of it appears in a message, but for names of files, or goes to
/// another host.
struct Credentials {
  std::vector<std::string> headers{};  ///< "Name: value"
  std::string user{}, password{};      ///< basic authentication, unless both are empty
  FetchTls tls{};
};

/// The options of the command line from which credentials come.
struct CredentialOptions {
  std::vector<std::string> headers{};  ///< "Name: value", or "@file": a file with one on each line
  std::string bearer_token{}, bearer_token_file{};
  std::string user{};  ///< "name" or "name:password"
  std::string password_file{};
  FetchTls tls{};
};

/// Reads them, files and environment (VITALS_BEARER_TOKEN, VITALS_PASSWORD) included.
/// Throws std::invalid_argument, which names the option and never the value.
Credentials credentials_of(const CredentialOptions& options);

/// What was answered, whatever its Content-Type.
struct Fetched {
  std::string body;
  std::string content_type;  ///< empty if there is none
  long status = 200;
};

/// GETs an exposition over HTTP, gzip-compressed if the server can, directly (proxies of the environment are not used)
/// and without following redirects.
/// Bounded against any server: `timeout` for the whole answer, kMaxExpositionBytes before and after decompression.
/// Throws FetchError unless the answer is 200 and whole, or a second after it is asked to stop; AnswerTooLarge if it
/// has more.
Fetched fetch_url(const std::string& url, std::chrono::milliseconds timeout, const std::string& accept,
                  const Credentials& credentials = {}, const std::stop_token& stop = {});

/// The same of an answer with any status.
Fetched fetch_any_status(const std::string& url, std::chrono::milliseconds timeout, const std::string& accept,
                         const Credentials& credentials, const std::stop_token& stop = {});
/// Throws FetchError unless the status is 200; `shown` is the address without credentials.
void require_success(long status, const std::string& shown);
/// Throws FetchError if the body is HTML, as that of a server's first page: with the address to try, if the source is
/// an address.
void require_no_page(std::string_view body, const std::string& source);

/// An exposition and its format.
struct Exposed {
  std::string body;
  LintFormat format = LintFormat::Text;
};

/// fetch_url() in the format that the server likes best of all, as Prometheus asks for them. Throws FetchError also if
/// the answer is none of them by its Content-Type; a missing one is let through.
Exposed fetch_exposition(const std::string& url, std::chrono::milliseconds timeout, const Credentials& credentials = {},
                         const std::stop_token& stop = {});

/// Reads an exposition from a file, which may be compressed by gzip. Throws FetchError.
std::string read_exposition_file(const std::string& path);

/// Reads a file of at most `limit` bytes; throws FetchError.
std::string read_file(const std::string& path, std::size_t limit);

/// Whether a text is the address of a server and no file: it begins with a scheme, in letters of either case.
bool is_address(std::string_view text);

/// The URL without user and password, for messages. An '@' that is left may have a piece of a password before it that
/// should have been percent-encoded: "***" stands for all of it.
std::string without_credentials(const std::string& url);
/// The same of anything that may be a URL or a file.
std::string without_credentials_if_any(const std::string& text);

}  // namespace vitals::tool
