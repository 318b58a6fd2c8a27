#pragma once

// Of <vitals/http/microhttpd.hpp>; needs <microhttpd.h>.
#include <string>
#include <string_view>

#include <microhttpd.h>

#include <vitals/http/detail/foreign_text.hpp>
#include <vitals/http/http_request.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals::detail {

/// Adds headers to a response, as HttpRequest::stamp() and ScrapeResponse::headers() have them added.
inline auto microhttpd_adder(MHD_Response* response) {
  return [response](auto name, auto value) {
    MHD_add_response_header(response, std::string{name}.c_str(), std::string{value}.c_str());
  };
}

/// What the adapter asks of a connection, which holds one request after the other.
struct MicrohttpdConnection {
  MHD_Connection* of;

  /// A header of the request, which makes this RequestHeaders.
  std::string_view operator()(std::string_view name) const {
    return view_of(MHD_lookup_connection_value(of, MHD_HEADER_KIND, std::string{name}.c_str()));
  }
  /// 0 while no response is queued.
  [[nodiscard]] int status() const {
    const auto* const info = MHD_get_connection_info(of, MHD_CONNECTION_INFO_HTTP_STATUS);
    return info != nullptr ? static_cast<int>(info->http_status) : 0;
  }
  /// Why the request ended that ended so, which isn't MHD_REQUEST_TERMINATED_COMPLETED_OK.
  [[nodiscard]] HttpAbort abort(MHD_RequestTerminationCode code) const {
    if (code == MHD_REQUEST_TERMINATED_TIMEOUT_REACHED) return HttpAbort::Timeout;
    if (code == MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN) return HttpAbort::Shutdown;
    if (code != MHD_REQUEST_TERMINATED_WITH_ERROR) return HttpAbort::ClientGone;
    return abort_of(MHD_get_connection_info(of, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
  }
  /// Answers with what the registry has for this request.
  [[nodiscard]] MHD_Result serve(Registry& registry) const {
    const auto add = [](void* query, MHD_ValueKind, const char* name, const char* value) {
      add_to_query(*static_cast<std::string*>(query), name, view_of(value));
      return MHD_YES;
    };
    std::string query;
    MHD_get_connection_values(of, MHD_GET_ARGUMENT_KIND, add, &query);
    ScrapeResponse scraped = scrape(registry, *this, query);
    auto* const response =
        MHD_create_response_from_buffer(scraped.body.size(), scraped.body.data(), MHD_RESPMEM_MUST_COPY);
    scraped.headers(microhttpd_adder(response));
    const MHD_Result result = MHD_queue_response(of, static_cast<unsigned>(scraped.status), response);
    MHD_destroy_response(response);
    return result;
  }
};

}  // namespace vitals::detail
