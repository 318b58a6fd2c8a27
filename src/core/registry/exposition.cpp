#include "core/registry/exposition.hpp"

#include <cstddef>
#include <span>
#include <string_view>

#include <vitals/exposition.hpp>

#include "core/formats/protobuf_writer.hpp"
#include "core/formats/text_writer.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

namespace vitals {

namespace {

constexpr std::string_view kEnd = "# EOF\n";

template <class Writer>
void write(std::string& out, const FamilySnapshot& family, const Exposition& how) {
  if (family.metrics.empty()) return;
  Writer writer{out, {family.name, family.help, family.type, family.unit}, how};
  for (const auto& metric : family.metrics) writer.add(metric);
  writer.finish();
}

// What a family of the registry writes by itself. False: it can't, its series must be read one by one.
bool write_directly(std::string& out, detail::FamilyBase& family, const Exposition& how, detail::TextWriter&) {
  return family.append_lines(out, how);
}
bool write_directly(std::string&, detail::FamilyBase& family, const Exposition&, detail::ProtobufWriter& writer) {
  return family.add_to(writer);
}

template <class Writer>
void write(std::string& out, detail::FamilyBase& family, const Exposition& how) {
  if (family.is_empty()) return;
  const std::size_t before = out.size();
  const auto& declared = family.declared();
  Writer writer{out, {declared.name, declared.help, family.type(), declared.unit}, how};
  const std::size_t head = out.size();
  bool any = write_directly(out, family, how, writer) && out.size() > head;
  if (!any) {
    MetricSnapshot scratch;  // one for each family: a type fills in only what is its own
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

// `family` is a FamilySnapshot or a FamilyBase.
template <class Source>
void append(std::string& out, Source& family, const Exposition& how) {
  if (how.format == Format::Protobuf) {
    write<detail::ProtobufWriter>(out, family, how);
  } else {
    write<detail::TextWriter>(out, family, how);
  }
}

std::string exposed(const Registry& registry, const Exposition& how) {
  std::string out;
  expose(registry, how, out);
  return out;
}

}  // namespace

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
  const auto visit = [&](auto& family) { append(out, family, exposition); };
  state.visit(visit, visit);
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
