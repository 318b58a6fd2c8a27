#include "tool/input/fetch.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include <curl/curl.h>
#include <fmt/core.h>

#include "tool/input/exposition.hpp"
#include "tool/input/gunzip.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

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

void require_success(CURL* handle, const std::string& shown) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) throw FetchError(fmt::format("{} answered with HTTP status {}, not 200", shown, status));
}

// The value of a header, empty if there is none. Of several, the first one, as Prometheus takes it.
std::string header(CURL* handle, const char* name) {
  curl_header* found = nullptr;
  return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : "";
}

[[noreturn]] void throw_too_large(const std::string& shown) {
  throw FetchError(fmt::format("{} answered with more than {} MiB", shown, kMaxExpositionBytes >> 20));
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

std::string fetch_url(const std::string& url, std::chrono::milliseconds timeout) {
  auto answer = fetch_url(url, timeout, "text/plain; version=0.0.4");
  const auto& type = answer.content_type;
  if (!type.empty() && !type.starts_with("text/plain")) {
    throw FetchError(fmt::format("{} answered with {}, not with text/plain: is it the metrics address?",
                                 without_credentials(url), printable(type)));
  }
  return std::move(answer.body);
}

Fetched fetch_url(const std::string& url, std::chrono::milliseconds timeout, const std::string& accept) {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  const Owned<CURL> handle(global == CURLE_OK ? curl_easy_init() : nullptr);
  const Owned<curl_slist> headers(curl_slist_append(nullptr, ("Accept: " + accept).c_str()));
  if (!handle || !headers || !curl_slist_append(headers.get(), "Accept-Encoding: gzip"))
    throw FetchError("libcurl can't be started");
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
  set(CURLOPT_ERRORBUFFER, why.data());
  set(CURLOPT_WRITEFUNCTION, &append);
  set(CURLOPT_WRITEDATA, &body);

  const auto result = curl_easy_perform(handle.get());
  if (body.too_large) throw_too_large(shown);
  if (result != CURLE_OK) {
    throw FetchError(fmt::format("{}: {}", shown, printable(why[0] ? why.data() : curl_easy_strerror(result), 200)));
  }
  require_success(handle.get(), shown);
  return {decoded(std::move(body.text), header(handle.get(), "Content-Encoding"), shown),
          header(handle.get(), "Content-Type")};
}

std::string read_file(const std::string& path, std::size_t limit) {
  const Owned<std::FILE> file(std::fopen(path.c_str(), "rb"));
  if (!file) throw FetchError(fmt::format("{} can't be opened", path));
  std::string text;
  std::array<char, 65536> chunk{};
  while (const auto n = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), n);
    if (text.size() > limit) throw FetchError(fmt::format("{} is larger than {} MiB", path, limit >> 20));
  }
  if (std::ferror(file.get())) throw FetchError(fmt::format("{} can't be read", path));
  return text;
}

std::string without_credentials(const std::string& url) {
  const Owned<CURLU> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_GUESS_SCHEME)) return "the URL";
  curl_url_set(parsed.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_URL, &text, 0)) return "the URL";
  std::string result = printable(text, 200);
  curl_free(text);
  return result;
}

}  // namespace vitals::tool
