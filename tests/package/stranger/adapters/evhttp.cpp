#include <event2/event.h>

#include <vitals/http/evhttp.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  event_base* const base = event_base_new();
  evhttp* const server = evhttp_new(base);
  const auto answer = [](evhttp_request* request, void*) {
    vitals::stamp(request, 200);
    evhttp_send_reply(request, 200, nullptr, nullptr);
  };
  vitals::EvhttpHandler handler{http, answer};
  evhttp_set_gencb(server, handler.handle, &handler);
  vitals::mount(server, registry);
  evhttp_free(server);
  event_base_free(base);
}
