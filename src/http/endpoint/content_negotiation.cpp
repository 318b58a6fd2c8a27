#include "http/endpoint/content_negotiation.hpp"

#include <optional>

#include "http/endpoint/accept_list.hpp"

namespace vitals::detail {
namespace {

// A client that asks for an unknown escaping gets names that anyone can read.
Escaping escaping_of(const AcceptClause& wanted) noexcept {
  const auto name = wanted.parameter("escaping");
  if (name == "allow-utf-8") return Escaping::Utf8;
  if (name == "dots") return Escaping::Dots;
  if (name == "values") return Escaping::Values;
  return Escaping::Underscores;
}

// Nothing if the clause asks for an exposition that doesn't exist here.
std::optional<Exposition> exposition_of(const AcceptClause& wanted) noexcept {
  const auto is = [&](std::string_view type) { return equals_ignoring_case(wanted.value, type); };
  const auto version = wanted.parameter("version");
  Exposition answer{.escaping = escaping_of(wanted)};
  if (is("text/plain")) {
    answer.version_1 = version == "1.0.0";
    if (version.empty() || version == "0.0.4" || answer.version_1) return answer;
  } else if (is("application/openmetrics-text")) {
    // A client that asks for 0.0.1, the last draft, can read 1.0.0.
    answer.format = Format::OpenMetrics;
    if (version.empty() || version == "0.0.1" || version == "1.0.0") return answer;
  } else if (is("application/vnd.google.protobuf")) {
    answer.format = Format::Protobuf;
    if (wanted.parameter("proto") == "io.prometheus.client.MetricFamily" && wanted.parameter("encoding") == "delimited")
      return answer;
  }
  return std::nullopt;
}

}  // namespace

Exposition choose_exposition(std::string_view accept) noexcept {
  const AcceptList list{accept};
  for (const AcceptClause& wanted : list.clauses()) {
    if (wanted.q == 0) break;
    if (const auto answer = exposition_of(wanted)) return *answer;
    // What curl gets must be readable.
    if (wanted.value == "*/*" || equals_ignoring_case(wanted.value, "text/*")) break;
  }
  return {};
}

std::size_t body_index(const Exposition& exposition) noexcept {
  return 4 * static_cast<std::size_t>(exposition.format) + static_cast<std::size_t>(exposition.escaping);
}

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  const AcceptList list{accept_encoding};
  int gzip = list.q_of("gzip");
  if (gzip < 0) gzip = list.q_of("x-gzip");  // RFC 9110 8.4.1.3: the same thing
  if (gzip < 0) gzip = list.q_of("*");
  return gzip > 0 && gzip >= list.q_of("identity");
}

}  // namespace vitals::detail
