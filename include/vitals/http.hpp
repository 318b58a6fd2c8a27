#pragma once

// All of vitals::http but the adapters, each of which needs its own framework: <vitals/http/httplib.hpp>.
#include <vitals/http/endpoint.hpp>
#include <vitals/http/endpoint_functions.hpp>
#include <vitals/http/grpc_metrics.hpp>
#include <vitals/http/http_client_metrics.hpp>
#include <vitals/http/http_client_request.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/http_request.hpp>
#include <vitals/http/live_page.hpp>
#include <vitals/http/measure.hpp>
#include <vitals/http/route_ref.hpp>
#include <vitals/http/scrape.hpp>
