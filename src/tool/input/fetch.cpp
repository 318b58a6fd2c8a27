#include "tool/input/fetch.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include <curl/curl.h>
#include <fmt/core.h>

#include "core/text/ascii.hpp"
#include "tool/input/exposition.hpp"
#include "tool/input/gunzip.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";

// As Prometheus asks with native histograms on: protobuf alone has them, and times of creation come with it.
constexpr const char* kAccept =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

struct Free {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

struct Body {
  std::string text;
  bool too_large = false;
};

std::size_t append(char* data, std::size_t size, std::size_t n, void* user) {
  auto& body = *static_cast<Body*>(user);
  body.too_large = body.text.size() + size * n > kMaxExpositionBytes;
  if (body.too_large) return 0;
  body.text.append(data, size * n);
  return size * n;
}

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

// The value of a header, empty if there is none. Of several, the first one, as Prometheus takes it.
std::string header(CURL* handle, const char* name) {
  curl_header* found = nullptr;
  return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

// libcurl takes http:/host for http://host.
bool is_http(std::string_view scheme) {
  const std::string text(scheme);
  return curl_strequal(text.c_str(), "http") || curl_strequal(text.c_str(), "https");
}

std::string hidden_before_at(const std::string& text) {
  const auto at = text.rfind('@');
  return at == text.npos ? text : "***" + text.substr(at);
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  return bytes < kMiB ? fmt::format("{} KiB", bytes >> 10) : fmt::format("{} MiB", bytes >> 20);
}

// Where the metrics of the same server mostly are; empty if that is where they were looked for.
std::string metrics_address(const std::string& url) {
  const Owned<CURLU> parsed(curl_url());
  char* path = nullptr;
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) ||
      curl_url_get(parsed.get(), CURLUPART_PATH, &path, 0))
    return {};
  const bool is_there = std::string_view{path} == "/metrics";
  curl_free(path);
  curl_url_set(parsed.get(), CURLUPART_PATH, "/metrics", 0);
  for (const auto part : {CURLUPART_QUERY, CURLUPART_FRAGMENT}) curl_url_set(parsed.get(), part, nullptr, 0);
  char* text = nullptr;
  if (is_there || curl_url_get(parsed.get(), CURLUPART_URL, &text, 0)) return {};
  auto result = without_credentials(text);
  curl_free(text);
  return result;
}

void set_tls(CURL* handle, const FetchTls& tls) {
  const auto set_file = [&](CURLoption option, const std::string& file) {
    if (!file.empty()) curl_easy_setopt(handle, option, file.c_str());
  };
  set_file(CURLOPT_CAINFO, tls.ca_file);
  // Else the folder of the system's certificates, which Debian's libcurl knows, would count beside the file.
  if (!tls.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  set_file(CURLOPT_SSLCERT, tls.certificate);
  set_file(CURLOPT_SSLKEY, tls.key);
  curl_easy_setopt(handle, CURLOPT_KEYPASSWD, "");  // else OpenSSL asks on the terminal for that of an encrypted key
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, tls.insecure ? 0L : 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, tls.insecure ? 0L : 2L);
}

// What the user can do about it, beginning with "; ", or nothing.
std::string advice(CURLcode result, std::string_view why, const FetchTls& tls) {
  const auto says = [&](std::string_view text) { return why.find(text) != why.npos; };
  if (result == CURLE_PEER_FAILED_VERIFICATION)
    return says("expired") || says("subject name") ? "; --insecure takes any certificate"
                                                   : "; --ca-file takes other certificates than the system's";
  if (result == CURLE_SSL_CACERT_BADFILE)
    return tls.ca_file.empty() ? "; the system has no certificates: install ca-certificates, or give --ca-file"
                               : fmt::format("; give --ca-file a PEM file, not {}", tls.ca_file);
  if (result == CURLE_SSL_CERTPROBLEM)
    return "; give --cert and --key PEM files of one certificate, whose key is not encrypted";
  const bool may_ask_for_one = says("certificate required") || says("bad certificate") || says("handshake failure");
  return tls.certificate.empty() && may_ask_for_one ? "; if the server asks for a certificate, give --cert and --key"
                                                    : "";
}

[[noreturn]] void throw_too_large(const std::string& shown) {
  throw AnswerTooLarge(fmt::format("{} answered with more than {}", shown, size_text(kMaxExpositionBytes)));
}

// libcurl could do this, but it accepts some streams that are cut off, or that have a damaged member.
std::string decoded(std::string text, const std::string& encoding, const std::string& shown) {
  if (encoding.empty() || encoding == "identity") return text;
  if (encoding != "gzip")
    throw FetchError(
        fmt::format("{} answered with Content-Encoding {}, asked for gzip or none", shown, printable(encoding, 100)));
  try {
    return gunzip(text, kMaxExpositionBytes);
  } catch (const std::length_error&) {
    throw_too_large(shown);
  } catch (const std::invalid_argument& error) {
    throw FetchError(fmt::format("{}: {}", shown, error.what()));
  }
}

}  // namespace

Exposed fetch_exposition(const std::string& url, std::chrono::milliseconds timeout, const Credentials& credentials,
                         const std::stop_token& stop) {
  auto answer = fetch_url(url, timeout, kAccept, credentials, stop);
  require_no_page(answer.body, url);
  const auto& type = answer.content_type;
  if (const auto format = lint_format_of(type)) return {std::move(answer.body), *format};
  if (type.empty()) {
    const auto format = detect_lint_format(answer.body);
    return {std::move(answer.body), format};
  }
  if (type.starts_with("text/plain")) return {std::move(answer.body), LintFormat::Text};
  throw FetchError(fmt::format("{} answered with {}, which are no metrics: is it the metrics address?",
                               without_credentials(url), printable(type)));
}

void require_no_page(std::string_view body, const std::string& source) {
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  const auto begins_with = [&](std::string_view tag) { return detail::lower_case(body.substr(0, tag.size())) == tag; };
  if (!begins_with("<!doctype html") && !begins_with("<html")) return;
  const auto other = is_address(source) ? metrics_address(source) : std::string{};
  throw FetchError(fmt::format("{} is a web page and no metrics{}{}", without_credentials_if_any(source),
                               other.empty() ? "" : "; try ", other));
}

void require_success(long status, const std::string& shown) {
  if (status == 200) return;
  const bool closed = status == 401 || status == 403;
  throw FetchError(fmt::format("{} answered with HTTP status {}, not 200{}", shown, status,
                               closed ? "; give --bearer-token-file, --user or --header" : ""));
}

Fetched fetch_url(const std::string& url, std::chrono::milliseconds timeout, const std::string& accept,
                  const Credentials& credentials, const std::stop_token& stop) {
  auto answer = fetch_any_status(url, timeout, accept, credentials, stop);
  require_success(answer.status, without_credentials(url));
  return answer;
}

Fetched fetch_any_status(const std::string& url, std::chrono::milliseconds timeout, const std::string& accept,
                         const Credentials& credentials, const std::stop_token& stop) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Owned<CURL> handle(global == CURLE_OK ? curl_easy_init() : nullptr);
  const Owned<curl_slist> headers(curl_slist_append(nullptr, ("Accept: " + accept).c_str()));
  const auto add = [&](const char* header) { return curl_slist_append(headers.get(), header) != nullptr; };
  if (!handle || !headers || !add("Accept-Encoding: gzip") ||
      !std::all_of(credentials.headers.begin(), credentials.headers.end(),
                   [&](const std::string& header) { return add(header.c_str()); })) {
    throw FetchError("libcurl can't be started");
  }
  const auto shown = without_credentials(url);
  Body body;
  std::array<char, CURL_ERROR_SIZE> why{};
  const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle.get(), option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_DEFAULT_PROTOCOL, "http");
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, std::chrono::milliseconds(3000)).count()));
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_USERAGENT, "vitals");
  if (!credentials.user.empty() || !credentials.password.empty()) {
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, credentials.user.c_str());
    set(CURLOPT_PASSWORD, credentials.password.c_str());
  }
  set_tls(handle.get(), credentials.tls);
  set(CURLOPT_ERRORBUFFER, why.data());
  set(CURLOPT_WRITEFUNCTION, &append);
  set(CURLOPT_WRITEDATA, &body);
  set(CURLOPT_NOPROGRESS, stop.stop_possible() ? 0L : 1L);  // it is called once a second at least
  set(CURLOPT_XFERINFOFUNCTION, &is_stopped);
  set(CURLOPT_XFERINFODATA, &stop);

  const auto result = curl_easy_perform(handle.get());
  if (body.too_large) throw_too_large(shown);
  if (result != CURLE_OK) {
    const std::string_view told = why[0] ? why.data() : curl_easy_strerror(result);
    throw FetchError(fmt::format("{}: {}{}", shown, printable(told, 200), advice(result, told, credentials.tls)));
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  // What is no answer to the question needs no decoding to be told.
  const auto encoding = header(handle.get(), "Content-Encoding");
  auto text = status == 200 || encoding == "gzip" ? decoded(std::move(body.text), encoding, shown) : body.text;
  return {std::move(text), header(handle.get(), "Content-Type"), status};
}

std::string read_file(const std::string& path, std::size_t limit) {
  const Owned<std::FILE> file(std::fopen(path.c_str(), "rb"));
  // Many a path that can't be opened is an address.
  if (!file) throw FetchError(fmt::format("{} can't be opened", without_credentials_if_any(path)));
  std::string text;
  std::array<char, 65536> chunk{};
  while (const auto n = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), n);
    if (text.size() > limit) throw FetchError(fmt::format("{} is larger than {}", path, size_text(limit)));
  }
  if (std::ferror(file.get())) throw FetchError(fmt::format("{} can't be read", path));
  return text;
}

std::string read_exposition_file(const std::string& path) {
  auto body = read_file(path, kMaxExpositionBytes);
  if (!body.starts_with(kGzipMagic)) return body;
  try {
    return gunzip(body, kMaxExpositionBytes);
  } catch (const std::length_error&) {
    throw FetchError(fmt::format("{} holds more than {}", path, size_text(kMaxExpositionBytes)));
  } catch (const std::invalid_argument& error) {
    throw FetchError(fmt::format("{}: {}", path, error.what()));
  }
}

bool is_address(std::string_view text) {
  const auto colon = text.find(':');
  const auto scheme = text.substr(0, colon);
  if (colon == text.npos || !is_scheme(scheme)) return false;
  const auto rest = text.substr(colon + 1);
  return rest.starts_with("//") || (rest.starts_with('/') && is_http(scheme));
}

std::string without_credentials(const std::string& url) {
  const Owned<CURLU> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_GUESS_SCHEME)) return "the URL";
  curl_url_set(parsed.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_URL, &text, 0)) return "the URL";
  std::string result = text;
  curl_free(text);
  return printable(hidden_before_at(result), 200);
}

std::string without_credentials_if_any(const std::string& text) {
  return is_address(text) ? without_credentials(text) : hidden_before_at(text);
}

}  // namespace vitals::tool
