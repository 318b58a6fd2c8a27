// Calls each URL by libcurl, one after the other or all at once, and shows what was counted: client_curl [multi] URL…
#include <iostream>
#include <string_view>

#include <curl/curl.h>

#include <vitals/http/curl.hpp>
#include <vitals/vitals.hpp>

namespace {

CURL* make_call(const char* url) {
  CURL* const easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, url);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 5'000L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(
      easy, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t size, std::size_t n, void*) { return size * n; });
  return easy;
}

void report(CURL* easy, CURLcode result) {
  const char* url = nullptr;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &url);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  std::cout << url << ' ';
  if (result == CURLE_OK) {
    std::cout << status << '\n';
  } else {
    std::cout << "failed: " << curl_easy_strerror(result) << '\n';
  }
}

void one_after_the_other(vitals::HttpClientMetrics& calls, char** urls) {
  for (; *urls != nullptr; ++urls) {
    CURL* const easy = make_call(*urls);
    // [example]
    const CURLcode result = vitals::perform(calls, easy);
    // [example]
    report(easy, result);
    curl_easy_cleanup(easy);
  }
}

void all_at_once(vitals::HttpClientMetrics& calls, char** urls) {
  // [example]
  CURLM* const handle = curl_multi_init();
  vitals::CurlMulti multi{calls, handle};
  for (; *urls != nullptr; ++urls) multi.add_handle(make_call(*urls));
  // [example]
  int running = 0;
  do {
    curl_multi_perform(handle, &running);
    // [example]
    int left = 0;
    while (const CURLMsg* message = multi.info_read(&left)) {
      CURL* const easy = message->easy_handle;
      report(easy, message->data.result);
      multi.remove_handle(easy);
      curl_easy_cleanup(easy);
    }
    // [example]
    curl_multi_poll(handle, nullptr, 0, 100, nullptr);
  } while (running > 0);
  curl_multi_cleanup(handle);
}

}  // namespace

int main(int, char** argv) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  vitals::Registry registry;
  vitals::HttpClientMetrics calls{registry, {.hosts = {"127.0.0.1"}, .routes = {"/users/{id}", "/old/{id}"}}};
  ++argv;
  const bool at_once = *argv != nullptr && std::string_view{*argv} == "multi";
  at_once ? all_at_once(calls, argv + 1) : one_after_the_other(calls, argv);
  std::cout << vitals::to_text(registry);
  curl_global_cleanup();
}
