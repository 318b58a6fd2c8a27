// A service made with libevent's evhttp that counts and times its requests and serves the metrics itself.
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include <vitals/http/evhttp.hpp>
#include <vitals/vitals.hpp>

namespace {

event_base* const kLoop = event_base_new();

void after_ms(int ms, std::function<void()> call) {
  const timeval time{0, ms * 1'000L};
  const auto run = [](evutil_socket_t, short, void* data) {
    const std::unique_ptr<std::function<void()>> owned{static_cast<std::function<void()>*>(data)};
    (*owned)();
  };
  event_base_once(kLoop, -1, EV_TIMEOUT, run, new std::function{std::move(call)}, &time);
}

using Buffer = std::unique_ptr<evbuffer, decltype(&evbuffer_free)>;
Buffer buffer(std::string_view text) {
  Buffer made{evbuffer_new(), &evbuffer_free};
  evbuffer_add(made.get(), text.data(), text.size());
  return made;
}

// [example]
void answer(evhttp_request* request, int status, std::string_view body = {}) {
  vitals::stamp(request, status);
  evhttp_send_reply(request, status, nullptr, buffer(body).get());
}
// [example]

// Of a request whose client has gone evhttp sends nothing, and frees it at the end.
void stream(evhttp_request* request, int chunks) {
  if (chunks == 0) return evhttp_send_reply_end(request);
  evhttp_send_reply_chunk(request, buffer(std::string(1'000, 'x')).get());
  vitals::request_of(request).bytes_out(1'000);
  after_ms(20, [request, chunks] { stream(request, chunks - 1); });
}

void handle(evhttp_request* request) {
  const std::string_view path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
  const auto method = evhttp_request_get_command(request);
  if (path == "/users") {
    if (method != EVHTTP_REQ_POST) return answer(request, 405);
    return answer(request, 201, std::to_string(evbuffer_get_length(evhttp_request_get_input_buffer(request))));
  }
  if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) return answer(request, 405);
  if (path.starts_with("/users/") && path.find('/', 7) == path.npos) {
    if (path == "/users/0") return answer(request, 404);
    return answer(request, 200, "user " + std::string{path.substr(7)} + "\n");
  }
  if (path == "/fail") return answer(request, 500);
  if (path == "/throw") throw std::runtime_error{"no such luck"};
  if (path == "/slow") return after_ms(300, [request] { answer(request, 200, std::string(1 << 20, 'x')); });
  if (path != "/stream") return answer(request, 404);
  vitals::stamp(request, 200);
  evhttp_send_reply_start(request, 200, nullptr);
  stream(request, 5);
}

// An exception would leave the loop.
void handle_all(evhttp_request* request, void*) try { handle(request); } catch (const std::exception&) {
  answer(request, 500);
  vitals::request_of(request).fail();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_evhttp PORT\n", 2;
  vitals::Registry registry;
  vitals::HttpOptions counted{.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"}};
  counted.time_to_first_byte = counted.sizes = counted.exceptions = counted.aborts = counted.exemplars = true;
  vitals::HttpMetrics http{registry, counted};
  evhttp* const server = evhttp_new(kLoop);
  // [example]
  vitals::EvhttpHandler handler{http, handle_all};
  evhttp_set_gencb(server, handler.handle, &handler);
  vitals::mount(server, registry);
  // [example]
  if (evhttp_bind_socket(server, "127.0.0.1", static_cast<std::uint16_t>(std::stoi(argv[1]))) != 0) {
    return std::cerr << "can't listen on port " << argv[1] << '\n', 1;
  }
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;

  const auto end = [](evutil_socket_t, short, void*) { event_base_loopbreak(kLoop); };
  std::signal(SIGPIPE, SIG_IGN);
  event* const ends[] = {evsignal_new(kLoop, SIGTERM, end, nullptr), evsignal_new(kLoop, SIGINT, end, nullptr)};
  for (event* const signal : ends) evsignal_add(signal, nullptr);
  event_base_dispatch(kLoop);
  for (event* const signal : ends) event_free(signal);
  evhttp_free(server);
  event_base_free(kLoop);
}
