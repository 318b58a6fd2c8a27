#pragma once

// For calls by libcurl 7.72 or later: needs <curl/curl.h>. Redirects and repeated logins that libcurl does by itself
// are a part of their call, which counts under the URL that gave the last answer. Can't see: answers of proxies apart
// from those of servers; how long a transfer was done before its message was read.
#include <chrono>
#include <unordered_map>

#include <curl/curl.h>

#include <vitals/http/http_client_metrics.hpp>

namespace vitals {

namespace detail {

// What is called, as libcurl has it: before the transfer as it was set, afterwards as it came to be.
inline void set_curl_target(HttpClientRequest& request, CURL* easy) noexcept {
  const char* method = nullptr;
  const char* url = nullptr;
  curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_METHOD, &method);
  curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
  request.target(method != nullptr ? method : "", url != nullptr ? url : "");
}

inline void finish_curl(HttpClientRequest& request, CURL* easy, CURLcode result) noexcept {
  long status = 0;
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  set_curl_target(request, easy);
  const std::chrono::microseconds took{microseconds};
  // These two are answers that libcurl was told to take for errors. All others mean that there is no answer, or not all
  // of it, whatever its status.
  const bool is_answered =
      result == CURLE_OK || result == CURLE_HTTP_RETURNED_ERROR || result == CURLE_TOO_MANY_REDIRECTS;
  is_answered ? request.finish(static_cast<int>(status), took) : request.fail(took);
}

}  // namespace detail

/// curl_easy_perform(), recorded with the time that libcurl measures. `_failed`: the answer didn't come, or not all of
/// it.
inline CURLcode perform(HttpClientMetrics& client, CURL* easy) noexcept {
  HttpClientRequest request = client.start();
  const CURLcode result = curl_easy_perform(easy);
  detail::finish_curl(request, easy, result);
  return result;
}

/// The transfers of a multi handle, driven by curl_multi_perform() or curl_multi_socket_action(): these calls instead
/// of libcurl's of the same names. Not thread-safe, as a multi handle isn't. Cost: an allocation for each transfer.
/// Lifetime: client must outlive it. Transfers that are under way at its end count as `_failed`.
class CurlMulti {
 public:
  /// Frees nothing: the handle stays the caller's.
  CurlMulti(HttpClientMetrics& client, CURLM* multi) noexcept : client_{&client}, multi_{multi} {}
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// The call begins.
  CURLMcode add_handle(CURL* easy) {
    const auto [call, is_new] = calls_.try_emplace(easy);
    if (is_new) call->second = client_->start();
    const CURLMcode result = curl_multi_add_handle(multi_, easy);
    if (is_new && result == CURLM_OK) detail::set_curl_target(call->second, easy);
    if (is_new && result != CURLM_OK) {
      call->second.discard();
      calls_.erase(call);
    }
    return result;
  }
  /// The next message; a CURLMSG_DONE records its call.
  CURLMsg* info_read(int* messages_left) noexcept {
    CURLMsg* const message = curl_multi_info_read(multi_, messages_left);
    if (message != nullptr && message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
    return message;
  }
  /// A call whose message wasn't read counts as `_failed`.
  CURLMcode remove_handle(CURL* easy) noexcept {
    end(easy, CURLE_ABORTED_BY_CALLBACK);
    return curl_multi_remove_handle(multi_, easy);
  }

 private:
  void end(CURL* easy, CURLcode result) noexcept {
    const auto call = calls_.find(easy);
    if (call == calls_.end()) return;
    detail::finish_curl(call->second, easy, result);
    calls_.erase(call);
  }

  HttpClientMetrics* client_;
  CURLM* multi_;
  std::unordered_map<CURL*, HttpClientRequest> calls_;
};

}  // namespace vitals
