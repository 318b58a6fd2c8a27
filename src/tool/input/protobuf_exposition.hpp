#pragma once
#include <string_view>

#include "tool/input/exposition.hpp"

namespace vitals::tool {

/// parse_exposition() of delimited io.prometheus.client.MetricFamily messages: what text has as lines comes as samples
/// of the same names and labels. Throws ExpositionError.
void parse_protobuf_exposition(std::string_view body, const ExpositionSink& sink);

}  // namespace vitals::tool
