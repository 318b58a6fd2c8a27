#include <vitals/http/http_client_metrics.hpp>

#include "http/requests/http_client_metrics_impl.hpp"

namespace vitals {

HttpClientMetrics::HttpClientMetrics(const Scope& scope, const HttpClientOptions& options)
    : impl_{std::make_unique<detail::HttpClientMetricsImpl>(scope, options)} {}
HttpClientMetrics::~HttpClientMetrics() = default;

}  // namespace vitals
