#include "core/registry/exposition.hpp"

#include <cstddef>

#include "core/formats/protobuf_writer.hpp"
#include "core/formats/text_writer.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

namespace vitals {

namespace {

constexpr std::string_view kEnd = "# EOF\n";

template <class Family>
void append(std::string& out, const FamilySnapshot& snapshot, const Exposition& how) {
  if (snapshot.metrics.empty()) return;
  Family family{out, {snapshot.name, snapshot.help, snapshot.type, snapshot.unit}, how};
  for (const auto& metric : snapshot.metrics) family.add(metric);
  family.finish();
}

void append(std::string& out, const FamilySnapshot& family, const Exposition& how) {
  if (how.format == Format::Protobuf) {
    append<detail::ProtobufWriter>(out, family, how);
  } else {
    append<detail::TextWriter>(out, family, how);
  }
}

bool append_fast(std::string& out, detail::FamilyBase& family, const Exposition& how, detail::TextWriter&) {
  return family.append_lines(out, how);
}

bool append_fast(std::string&, detail::FamilyBase& family, const Exposition&, detail::ProtobufWriter& messages) {
  return family.add_to(messages);
}

// A family of the registry's own: by its fast way if the series look as it writes them.
template <class Writer>
void append(std::string& out, detail::FamilyBase& family, const Exposition& how) {
  if (family.is_empty()) return;
  const std::size_t before = out.size();
  const auto& declared = family.declared();
  Writer writer{out, {declared.name, declared.help, family.type(), declared.unit}, how};
  const std::size_t head = out.size();
  bool any = append_fast(out, family, how, writer) && out.size() > head;
  if (!any) {
    MetricSnapshot scratch;  // of each family, as a type fills no more than what is its own
    family.read_each(scratch, [&](const MetricSnapshot& metric) {
      writer.add(metric);
      any = true;
    });
  }
  if (any) {
    writer.finish();
  } else {
    out.resize(before);  // the last series ended just now
  }
}

void append(std::string& out, detail::FamilyBase& family, const Exposition& how) {
  if (how.format == Format::Protobuf) {
    append<detail::ProtobufWriter>(out, family, how);
  } else {
    append<detail::TextWriter>(out, family, how);
  }
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
  for (const auto& family : families) append(out, family, exposition);
  if (exposition.format == Format::OpenMetrics) out += kEnd;
}

void detail::expose(RegistryState& state, const Exposition& asked, std::string& out) {
  out.clear();
  Exposition exposition = asked;
  exposition.created_lines = asked.format == Format::OpenMetrics && (asked.created_lines || state.created_lines());
  const std::size_t last = state.text_size.load(std::memory_order_relaxed);
  out.reserve(last + last / 8);
  state.visit([&](FamilyBase& family) { append(out, family, exposition); },
              [&](const FamilySnapshot& family) { append(out, family, exposition); });
  if (exposition.format == Format::OpenMetrics) out += kEnd;
  state.text_size.store(out.size(), std::memory_order_relaxed);
}

void expose(const Registry& registry, const Exposition& exposition, std::string& out) {
  detail::expose(detail::Access::state(registry), exposition, out);
}

std::string to_text(const Registry& registry) { return exposed(registry, {}); }
std::string to_openmetrics(const Registry& registry) { return exposed(registry, {.format = Format::OpenMetrics}); }
std::string to_protobuf(const Registry& registry) { return exposed(registry, {.format = Format::Protobuf}); }

}  // namespace vitals
