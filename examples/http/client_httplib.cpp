// Calls each URL by cpp-httplib, one after the other, and shows what was counted: client_httplib URL…
#include <chrono>
#include <iostream>
#include <string>

#include <httplib.h>

#include <vitals/http/httplib_client.hpp>
#include <vitals/vitals.hpp>

int main(int argc, char** argv) {
  vitals::Registry registry;
  vitals::HttpClientMetrics calls{registry, {.hosts = {"127.0.0.1"}, .routes = {"/users/{id}", "/old/{id}"}}};
  for (int i = 1; i < argc; ++i) {
    const std::string url = argv[i];
    const auto path = url.find('/', url.find("://") + 3);
    // [example]
    vitals::HttplibClient client{calls, url.substr(0, path)};
    client.set_read_timeout(std::chrono::seconds{5});
    client.set_keep_alive(true);  // without it cpp-httplib 0.11 may lose a redirect
    client.set_follow_location(true);
    const auto result = client.Get(url.substr(path), {{"Accept", "text/plain"}});
    // [example]
    if (result) {
      std::cout << url << ' ' << result->status << '\n';
    } else {
      std::cout << url << " failed: " << to_string(result.error()) << '\n';
    }
  }
  std::cout << vitals::to_text(registry);
}
