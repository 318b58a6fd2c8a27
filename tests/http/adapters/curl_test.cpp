#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/http/curl.hpp>
#include <vitals/vitals.hpp>

#include "http/adapters/answering_server.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

struct CurlTest : ::testing::Test {
  ~CurlTest() override {
    for (CURL* easy : made) curl_easy_cleanup(easy);
  }
  // A GET of this path; the server answers "/<status>" with that.
  CURL* call(const std::string& path) {
    CURL* const easy = made.emplace_back(curl_easy_init());
    curl_easy_setopt(easy, CURLOPT_URL, server.url(path).c_str());
    curl_easy_setopt(
        easy, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t size, std::size_t n, void*) { return size * n; });
    return easy;
  }
  double count(const std::string& status, const std::string& method = "GET", const std::string& part = "count") {
    return sample(to_text(registry), "http_client_request_duration_seconds_" + part + "{method=\"" + method +
                                         "\",host=\"127.0.0.1\",endpoint=\"/{id}\",status=\"" + status + "\"}");
  }
  double active() { return sample(to_text(registry), "http_client_requests_active"); }

  Registry registry;
  HttpClientMetrics calls{registry, {.hosts = {"127.0.0.1"}, .routes = {"/{id}"}}};
  AnsweringServer server;
  std::vector<CURL*> made;
};

struct CurlMultiTest : CurlTest {
  ~CurlMultiTest() override {
    for (CURL* easy : made) curl_multi_remove_handle(handle, easy);
    curl_multi_cleanup(handle);
  }
  void run(CurlMulti& multi, std::vector<CURLcode>& results) {
    for (int running = 1; running > 0;) {
      curl_multi_perform(handle, &running);
      int left = 0;
      while (const CURLMsg* message = multi.info_read(&left)) results.push_back(message->data.result);
      curl_multi_poll(handle, nullptr, 0, 20, nullptr);
    }
  }
  CURLM* handle = curl_multi_init();
};

TEST_F(CurlTest, CountsByTheMethodThatWasSent) {
  CURL* const easy = call("/200");
  EXPECT_EQ(perform(calls, easy), CURLE_OK);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "a");
  EXPECT_EQ(perform(calls, easy), CURLE_OK);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PURGE");
  EXPECT_EQ(perform(calls, easy), CURLE_OK);
  CURL* const head = call("/204");
  curl_easy_setopt(head, CURLOPT_NOBODY, 1L);
  EXPECT_EQ(perform(calls, head), CURLE_OK);

  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(count("200", "POST"), 1);
  EXPECT_EQ(count("400", "_OTHER"), 1);  // the server doesn't know it
  EXPECT_EQ(count("204", "HEAD"), 1);
  EXPECT_GT(count("200", "GET", "sum"), 0);
  EXPECT_EQ(active(), 0);
}

TEST_F(CurlTest, AnAnswerThatIsAnErrorToLibcurlHasItsStatus) {
  CURL* const easy = call("/404");
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  EXPECT_EQ(perform(calls, easy), CURLE_HTTP_RETURNED_ERROR);

  EXPECT_EQ(count("404"), 1);
}

TEST_F(CurlTest, AnAnswerThatIsBrokenOffFailed) {
  CURL* const easy = call("/200");
  curl_easy_setopt(
      easy, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t, std::size_t, void*) { return std::size_t{0}; });
  EXPECT_EQ(perform(calls, easy), CURLE_WRITE_ERROR);

  EXPECT_EQ(count("_failed"), 1);
  EXPECT_EQ(count("200"), -1);
}

TEST_F(CurlTest, AFailureAfterASuccessHasNothingOfIt) {
  CURL* const easy = call("/200");
  EXPECT_EQ(perform(calls, easy), CURLE_OK);
  curl_easy_setopt(easy, CURLOPT_URL, "http://127.0.0.1:1/503");
  EXPECT_EQ(perform(calls, easy), CURLE_COULDNT_CONNECT);
  curl_easy_setopt(easy, CURLOPT_URL, "nonsense://\xFF\x01/");
  EXPECT_NE(perform(calls, easy), CURLE_OK);
  curl_easy_setopt(easy, CURLOPT_URL, nullptr);
  EXPECT_EQ(perform(calls, easy), CURLE_URL_MALFORMAT);

  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(count("_failed"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(CurlMultiTest, CountsWhatIsDoneOnce) {
  CurlMulti multi{calls, handle};
  for (const char* path : {"/200", "/404", "/404", "/500"}) EXPECT_EQ(multi.add_handle(call(path)), CURLM_OK);
  EXPECT_EQ(active(), 4);
  std::vector<CURLcode> results;
  run(multi, results);
  for (CURL* easy : made) EXPECT_EQ(multi.remove_handle(easy), CURLM_OK);

  EXPECT_EQ(results, std::vector<CURLcode>(4, CURLE_OK));
  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(count("404"), 2);
  EXPECT_EQ(count("500"), 1);
  EXPECT_EQ(count("_failed"), -1);
  EXPECT_EQ(active(), 0);
}

TEST_F(CurlMultiTest, AHandleMayBeUsedAgain) {
  CurlMulti multi{calls, handle};
  CURL* const easy = call("/200");
  std::vector<CURLcode> results;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(multi.add_handle(easy), CURLM_OK);
    run(multi, results);
    EXPECT_EQ(multi.remove_handle(easy), CURLM_OK);
  }
  EXPECT_EQ(count("200"), 3);
}

TEST_F(CurlMultiTest, WhatIsRemovedBeforeItsEndFailed) {
  CurlMulti multi{calls, handle};
  CURL* const easy = call("/200");
  EXPECT_EQ(multi.add_handle(easy), CURLM_OK);
  EXPECT_EQ(multi.remove_handle(easy), CURLM_OK);
  EXPECT_EQ(multi.remove_handle(easy), CURLM_OK);

  EXPECT_EQ(count("_failed"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(CurlMultiTest, WhatLibcurlRefusesIsNoCall) {
  CurlMulti multi{calls, handle};
  CURL* const easy = call("/200");
  EXPECT_EQ(multi.add_handle(nullptr), CURLM_BAD_EASY_HANDLE);
  EXPECT_EQ(active(), 0);
  EXPECT_EQ(multi.add_handle(easy), CURLM_OK);
  EXPECT_EQ(multi.add_handle(easy), CURLM_ADDED_ALREADY);
  EXPECT_EQ(active(), 1);
  std::vector<CURLcode> results;
  run(multi, results);

  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(CurlMultiTest, WhatIsUnderWayAtItsEndFailed) {
  {
    CurlMulti multi{calls, handle};
    EXPECT_EQ(multi.add_handle(call("/200")), CURLM_OK);
  }
  EXPECT_EQ(count("_failed"), 1);
  EXPECT_EQ(active(), 0);
}

}  // namespace
}  // namespace vitals::testing
