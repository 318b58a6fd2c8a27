#include <vitals/http/microhttpd.hpp>
#include <vitals/vitals.hpp>

namespace {

MHD_Result answer(void*, MHD_Connection* connection, const char*, const char*, const char*, const char*, std::size_t*,
                  void** data) {
  MHD_Response* const response = MHD_create_response_from_buffer(0, nullptr, MHD_RESPMEM_PERSISTENT);
  vitals::stamp(data, response);
  const MHD_Result result = MHD_queue_response(connection, 200, response);
  MHD_destroy_response(response);
  return result;
}

}  // namespace

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  vitals::MicrohttpdHandler handler{http, answer};
  vitals::mount(handler, registry);
  MHD_Daemon* const server =
      MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr, handler.access, &handler,
                       MHD_OPTION_NOTIFY_COMPLETED, handler.completed, &handler, MHD_OPTION_END);
  if (server == nullptr) return 1;
  MHD_stop_daemon(server);
}
