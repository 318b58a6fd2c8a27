#include "push/transfer.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>

#include <curl/curl.h>

#include "push/sigpipe_guard.hpp"

namespace vitals::detail {
namespace {

// As much as a message has room for.
constexpr std::size_t kMaxBody = 2'000;

// One each, since CURL and CURLM are both void.
struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::size_t append(char* data, std::size_t size, std::size_t n, void* user) {
  auto& body = *static_cast<std::string*>(user);
  const std::size_t bytes = std::min(size * n, kMaxBody - body.size());
  body.append(data, bytes);
  return bytes;  // less than there is ends the transfer
}

// Whether an attempt that came to no answer may come to one later. What else there is, such as a certificate that is
// not trusted, stays so.
bool may_recover(CURLcode code) {
  constexpr std::array kPassing{CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT,  CURLE_OPERATION_TIMEDOUT,
                                CURLE_GOT_NOTHING,          CURLE_SEND_ERROR,       CURLE_RECV_ERROR,
                                CURLE_PARTIAL_FILE,         CURLE_SSL_CONNECT_ERROR};
  return std::find(kPassing.begin(), kPassing.end(), code) != kPassing.end();
}

// As OpenSSL and GnuTLS put it.
bool is_plain_http(CURLcode code, std::string_view error) {
  return code == CURLE_SSL_CONNECT_ERROR && (error.find("wrong version number") != std::string_view::npos ||
                                             error.find("unexpected TLS packet") != std::string_view::npos);
}

std::string_view fix_of(CURLcode code, std::string_view error) {
  if (is_plain_http(code, error)) return "it speaks no TLS there: write http:// in url";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "is the host in url spelt right, and known to this machine?";
    case CURLE_COULDNT_CONNECT:
      return "does a Pushgateway run at the host and port of url?";
    case CURLE_OPERATION_TIMEDOUT:
      return "can this machine reach the host and port of url? If the gateway is only slow, raise attempt_timeout and "
             "deadline";
    default:
      return "";
  }
}

curl_slist* list_of(const std::vector<std::string>& headers) {
  curl_slist* list = nullptr;
  for (const std::string& header : headers) {
    curl_slist* const longer = curl_slist_append(list, header.c_str());
    if (longer == nullptr) {
      curl_slist_free_all(list);
      throw std::bad_alloc{};
    }
    list = longer;
  }
  return list;
}

void set_options(CURL* handle, const PushRequest& request, long timeout, curl_slist* headers) {
  const auto set = [handle](CURLoption option, auto value) {
    if (curl_easy_setopt(handle, option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc{};
  };
  set(CURLOPT_URL, request.url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a look-up of a name that hangs is not waited for
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_TIMEOUT_MS, timeout);
  set(CURLOPT_HTTPHEADER, headers);
  set(CURLOPT_USERAGENT, "vitals");
  set(CURLOPT_CUSTOMREQUEST, request.method);
  if (!request.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
  }
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request.tls.ca.empty()) {
    set(CURLOPT_CAINFO, request.tls.ca.c_str());
    set(CURLOPT_CAPATH, nullptr);  // else the system's folder of certificates would count, too
  }
  if (!request.tls.certificate.empty()) {
    set(CURLOPT_KEYPASSWD, "");  // else OpenSSL asks on the terminal for that of an encrypted key
    set(CURLOPT_SSLCERT, request.tls.certificate.c_str());
    set(CURLOPT_SSLKEY, request.tls.key.c_str());
  }
}

// Whether all of it was written, so that the other side may act upon it.
bool was_sent(CURL* handle, const PushRequest& request) {
  long head = 0;
  curl_off_t body = 0;
  curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, &head);
  curl_easy_getinfo(handle, CURLINFO_SIZE_UPLOAD_T, &body);
  return head > 0 && body >= static_cast<curl_off_t>(request.body.size());
}

// Until it has an answer or none, or was broken off.
CURLcode run(CURLM* multi, CURL* handle, const PushRequest& request, const PushBreak& stop, bool& broken_off) {
  for (int running = 1;;) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
    if (running == 0) break;
    const bool stops = stop.requested();
    if ((broken_off = stops && (stop.is_over() || !was_sent(handle, request)))) return CURLE_ABORTED_BY_CALLBACK;
    // Returns for what is due too, such as the timeout.
    if (curl_multi_poll(multi, nullptr, 0, stops ? 20 : 1'000, nullptr) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi, &left);
  return message != nullptr ? message->data.result : CURLE_FAILED_INIT;
}

}  // namespace

void PushBreak::request(std::chrono::milliseconds patience) noexcept {
  const std::lock_guard lock{mutex_};
  requested_ = true;
  until_ = std::chrono::steady_clock::now() + patience;
  if (multi_ != nullptr) curl_multi_wakeup(static_cast<CURLM*>(multi_));
  changed_.notify_all();
}

bool PushBreak::requested() const noexcept {
  const std::lock_guard lock{mutex_};
  return requested_;
}

bool PushBreak::is_over() const noexcept {
  const std::lock_guard lock{mutex_};
  return std::chrono::steady_clock::now() >= until_;
}

bool PushBreak::sleep_until(std::chrono::steady_clock::time_point due) {
  std::unique_lock lock{mutex_};
  return !changed_.wait_until(lock, due, [this] { return requested_; });
}

void PushBreak::watch(void* multi) noexcept {
  const std::lock_guard lock{mutex_};
  multi_ = multi;
}

void start_libcurl() {
  // Never undone: others in the process may use libcurl.
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK)
    throw std::runtime_error{std::string{"vitals::PushGateway: libcurl can't be started: "} +
                             curl_easy_strerror(started)};
}

PushAnswer transfer(const PushRequest& request, std::chrono::milliseconds timeout, PushBreak& stop) {
  const SigpipeGuard guard;  // outlives the handles, whose end may write too
  PushAnswer answer;
  std::array<char, CURL_ERROR_SIZE> why{};
  const std::unique_ptr<curl_slist, FreeList> headers{list_of(request.headers)};
  const std::unique_ptr<CURLM, FreeMulti> multi{curl_multi_init()};
  const std::unique_ptr<CURL, FreeEasy> handle{curl_easy_init()};
  if (multi == nullptr || handle == nullptr) throw std::bad_alloc{};
  set_options(handle.get(), request, static_cast<long>(timeout.count()), headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &append);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &answer.body);

  if (curl_multi_add_handle(multi.get(), handle.get()) != CURLM_OK) throw std::bad_alloc{};
  stop.watch(multi.get());
  const CURLcode code = run(multi.get(), handle.get(), request, stop, answer.broken_off);
  stop.watch(nullptr);
  curl_multi_remove_handle(multi.get(), handle.get());

  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  // A long answer, which append() has cut off, is one too.
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && status != 0)) {
    answer.status = static_cast<int>(status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(handle.get(), CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
      answer.retry_after = std::chrono::seconds{std::min<curl_off_t>(wait, 1'000'000'000)};
    const char* location = nullptr;
    if (curl_easy_getinfo(handle.get(), CURLINFO_REDIRECT_URL, &location) == CURLE_OK && location != nullptr)
      answer.location = location;
    return answer;
  }
  answer.error = why.front() != '\0' ? why.data() : curl_easy_strerror(code);
  long why_system = 0;  // which libcurl's text of a failed connect may leave out
  if (code == CURLE_COULDNT_CONNECT && curl_easy_getinfo(handle.get(), CURLINFO_OS_ERRNO, &why_system) == CURLE_OK &&
      why_system != 0)
    answer.error += " (" + std::generic_category().message(static_cast<int>(why_system)) + ')';
  answer.fix = fix_of(code, answer.error);
  answer.may_recover = may_recover(code) && !is_plain_http(code, answer.error);
  return answer;
}

}  // namespace vitals::detail
