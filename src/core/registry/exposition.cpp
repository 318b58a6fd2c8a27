#include "core/registry/exposition.hpp"

#include <cstddef>

#include "core/formats/protobuf_writer.hpp"
#include "core/formats/text_writer.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

namespace vitals {

namespace {

constexpr std::string_view kEnd = "# EOF\n";

template <class Writer>
void write(Writer& writer, const FamilySnapshot& family) {
  writer.begin({family.name, family.help, family.type, family.unit});
  for (const auto& metric : family.metrics) writer.add(metric);
  writer.end();
}

template <class Writer>
void write(Writer& writer, detail::FamilyBase& family) {
  const auto& declared = family.declared();
  writer.begin({declared.name, declared.help, family.type(), declared.unit});
  family.write(writer);
  writer.end();
}

// Calls write_all(writer) with the writer of the format.
template <class WriteAll>
void write_to(std::string& out, const Exposition& how, WriteAll write_all) {
  if (how.format == Format::Protobuf) {
    detail::ProtobufWriter writer{out, how};
    return write_all(writer);
  }
  detail::TextWriter writer{out, how};
  write_all(writer);
  if (how.format == Format::OpenMetrics) out += kEnd;
}

std::string exposed(const Registry& registry, const Exposition& how) {
  std::string out;
  expose(registry, how, out);
  return out;
}

#define VITALS_ESCAPINGS(type) \
  { type "; escaping=underscores", type "; escaping=dots", type "; escaping=values", type "; escaping=allow-utf-8" }
constexpr std::string_view kText[] = VITALS_ESCAPINGS("text/plain; version=0.0.4; charset=utf-8");
constexpr std::string_view kText1[] = VITALS_ESCAPINGS("text/plain; version=1.0.0; charset=utf-8");
constexpr std::string_view kOpenMetrics[] =
    VITALS_ESCAPINGS("application/openmetrics-text; version=1.0.0; charset=utf-8");
constexpr std::string_view kProtobuf[] =
    VITALS_ESCAPINGS("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited");
#undef VITALS_ESCAPINGS

}  // namespace

std::string_view content_type(const Exposition& exposition) noexcept {
  const auto escaping = static_cast<std::size_t>(exposition.escaping);
  switch (exposition.format) {
    case Format::OpenMetrics:
      return kOpenMetrics[escaping];
    case Format::Protobuf:
      return kProtobuf[escaping];
    case Format::Text:
      break;
  }
  return exposition.version_1 ? kText1[escaping] : kText[escaping];
}

void expose(std::span<const FamilySnapshot> families, const Exposition& exposition, std::string& out) {
  out.clear();
  write_to(out, exposition, [&](auto& writer) {
    for (const auto& family : families) write(writer, family);
  });
}

void detail::expose(RegistryState& state, const Exposition& asked, std::string& out) {
  out.clear();
  Exposition exposition = asked;
  exposition.created_lines = asked.format == Format::OpenMetrics && (asked.created_lines || state.created_lines());
  const std::size_t last = state.text_size.load(std::memory_order_relaxed);
  out.reserve(last + last / 8);
  write_to(out, exposition, [&](auto& writer) {
    state.visit([&](FamilyBase& family) { write(writer, family); },
                [&](const FamilySnapshot& family) { write(writer, family); });
  });
  state.text_size.store(out.size(), std::memory_order_relaxed);
}

void expose(const Registry& registry, const Exposition& exposition, std::string& out) {
  detail::expose(detail::Access::state(registry), exposition, out);
}

std::string to_text(const Registry& registry) { return exposed(registry, {}); }
std::string to_openmetrics(const Registry& registry) { return exposed(registry, {.format = Format::OpenMetrics}); }
std::string to_protobuf(const Registry& registry) { return exposed(registry, {.format = Format::Protobuf}); }

}  // namespace vitals
