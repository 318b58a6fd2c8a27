// Writes what scrape() gives a client with that Accept-Encoding:  http_encoded_program SERIES ACCEPT_ENCODING
#include <cstdint>
#include <cstdio>
#include <string>

#include <vitals/http/scrape.hpp>
#include <vitals/vitals.hpp>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::uint64_t series = std::stoul(argv[1]);
  vitals::Registry registry;
  auto& requests = registry.counter("requests_total", "A.", {"path"}, {.max_series = series + 1});
  for (std::uint64_t i = 0; i < series; ++i) requests.with("/clients/" + std::to_string(i)).inc(i * i);
  const vitals::ScrapeResponse response = vitals::scrape(registry, "", argv[2]);
  std::fprintf(stderr, "%s", response.content_encoding.c_str());
  return std::fwrite(response.body.data(), 1, response.body.size(), stdout) == response.body.size() ? 0 : 1;
}
