#include <thread>

#include <vitals/http/httplib_client.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpClientMetrics calls{registry};
  httplib::Server server;
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread{[&server] { server.listen_after_bind(); }};
  const auto answer = vitals::HttplibClient{calls, "127.0.0.1", port}.Get("/a");
  server.stop();
  thread.join();
  return answer && vitals::to_text(registry).find("status=\"404\"") != std::string::npos ? 0 : 1;
}
