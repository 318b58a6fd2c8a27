#include <string>

#include <vitals/http/curl.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpClientMetrics calls{registry};
  CURL* const easy = curl_easy_init();
  const CURLcode result = vitals::perform(calls, easy);  // it has no URL
  curl_easy_cleanup(easy);
  return result == CURLE_URL_MALFORMAT && vitals::to_text(registry).find("_failed") != std::string::npos ? 0 : 1;
}
