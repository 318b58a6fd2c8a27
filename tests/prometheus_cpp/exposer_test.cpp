// Our metrics over HTTP, from prometheus-cpp's own Exposer.
#include <memory>
#include <string>

#include <curl/curl.h>
#include <gtest/gtest.h>
#include <prometheus/exposer.h>

#include <vitals/prometheus_cpp.hpp>
#include <vitals/vitals.hpp>

#include "core/every_type.hpp"
#include "prometheus_cpp/their_samples.hpp"

namespace vitals::testing {
namespace {

std::string get(const std::string& url) {
  std::string body;
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(
      curl, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t n, std::string* out) {
        out->append(data, size * n);
        return size * n;
      });
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  return code == CURLE_OK ? body : curl_easy_strerror(code);
}

// Without the Exposer's own metrics.
Samples scraped(const prometheus::Exposer& exposer) {
  const auto text = get("http://127.0.0.1:" + std::to_string(exposer.GetListeningPorts().at(0)) + "/metrics");
  auto samples = normalised(parse_exposition(text).samples);
  std::erase_if(samples, [](const auto& sample) { return sample.first.first.starts_with("exposer_"); });
  return samples;
}

TEST(Exposer, ServesAllThatToTextShows) {
  Registry registry{{.utf8_names = true}};
  registry.keep_collector([](std::vector<FamilySnapshot>& out) { out = test::every_type(); });
  registry.counter("ours_total", "Ours,\nin two lines.", {"x"}).with("a\"b").inc(3);
  const auto ours = std::make_shared<PrometheusCppCollectable>(registry);
  prometheus::Exposer exposer{"127.0.0.1:0"};
  exposer.RegisterCollectable(ours);

  const auto samples = scraped(exposer);

  EXPECT_EQ(samples.at({"ours_total", {{"x", "a\"b"}}}), 3);
  EXPECT_EQ(difference(samples, rounded(normalised(parse_exposition(to_text(registry)).samples))), "");
}

TEST(Exposer, StopsServingWhatIsGone) {
  Registry registry;
  registry.gauge("ours", "Ours.");
  auto ours = std::make_shared<PrometheusCppCollectable>(registry);
  prometheus::Exposer exposer{"127.0.0.1:0"};
  exposer.RegisterCollectable(ours);
  EXPECT_EQ(scraped(exposer).size(), 1u);

  ours.reset();

  EXPECT_EQ(scraped(exposer).size(), 0u);
}

}  // namespace
}  // namespace vitals::testing
