#include "core/registry/exposition.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/exposition.hpp>
#include <vitals/registry.hpp>

#include "core/formats/protobuf_writer.hpp"
#include "core/formats/text_writer.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

namespace vitals {

namespace {

constexpr std::string_view kEnd = "# EOF\n";

template <class Writer>
void write(Writer& writer, const FamilySnapshot& family) {
  writer.begin({family.name, family.help, family.type, family.unit, family.metrics.size()});
  for (const auto& metric : family.metrics) writer.add(metric);
  writer.end();
}

template <class Writer>
void write(Writer& writer, std::span<detail::FamilyBase* const> same_name) {
  const auto& declared = same_name.front()->declared();
  writer.begin({declared.name, declared.help, same_name.front()->type(), declared.unit, same_name.front()->size()});
  for (auto* family : same_name) family->write(writer);
  writer.end();
}

// Calls write_all(writer) with the writer of the format.
template <class WriteAll>
void write_to(std::string& out, const Exposition& how, const detail::PieceSink* sink, detail::PieceStore* store,
              WriteAll write_all) {
  if (how.format == Format::Protobuf) {
    detail::ProtobufWriter writer{out, how, sink, store};
    return write_all(writer);
  }
  detail::TextWriter writer{out, how, sink};
  write_all(writer);
  if (how.format == Format::OpenMetrics) out += kEnd;
}

void write_to(std::string& out, detail::RegistryState& state, const Exposition& asked, const detail::PieceSink* sink,
              detail::PieceStore* store, std::span<const std::string> names, std::span<const FamilySnapshot> accepted) {
  Exposition exposition = asked;
  exposition.created_lines = asked.format == Format::OpenMetrics && (asked.created_lines || state.created_lines());
  write_to(out, exposition, sink, store, [&](auto& writer) {
    const auto visit = [&](const auto& family) { write(writer, family); };
    state.visit(visit, visit, accepted, {names, exposition.escaping});
  });
}

std::string exposed(const Registry& registry, const Exposition& how) {
  std::string out;
  expose(registry, how, out);
  return out;
}

}  // namespace

void expose(std::span<const FamilySnapshot> families, const Exposition& exposition, std::string& out) {
  out.clear();
  write_to(out, exposition, nullptr, nullptr, [&](auto& writer) {
    for (const auto& family : families) write(writer, family);
  });
}

void detail::expose(RegistryState& state, const Exposition& exposition, std::string& out,
                    std::span<const std::string> names) {
  out.clear();
  const auto accepted = state.collect({names, exposition.escaping});
  if (!names.empty()) return write_to(out, state, exposition, nullptr, nullptr, names, accepted);
  const std::size_t last = state.text_size.load(std::memory_order_relaxed);
  out.reserve(last + last / 8);
  write_to(out, state, exposition, nullptr, nullptr, names, accepted);
  state.text_size.store(out.size(), std::memory_order_relaxed);
}

void detail::expose(RegistryState& state, const Exposition& exposition, const PieceSink& sink,
                    std::span<const std::string> names, PieceStore* store) {
  expose(state, exposition, sink, names, state.collect({names, exposition.escaping}), store);
}

void detail::expose(RegistryState& state, const Exposition& exposition, const PieceSink& sink,
                    std::span<const std::string> names, std::span<const FamilySnapshot> accepted, PieceStore* store) {
  std::string out;
  write_to(out, state, exposition, &sink, store, names, accepted);
  if (!out.empty()) sink(out);
}

void expose(const Registry& registry, const Exposition& exposition, std::string& out) {
  detail::expose(detail::Access::state(registry), exposition, out);
}

std::vector<FamilySnapshot> detail::snapshot(RegistryState& state) {
  return snapshot(state, state.collect({{}, Escaping::Utf8}));
}

std::vector<FamilySnapshot> detail::snapshot(RegistryState& state, std::span<const FamilySnapshot> accepted) {
  std::vector<FamilySnapshot> families;
  state.visit(
      [&](std::span<FamilyBase* const> same_name) {
        const auto& declared = same_name.front()->declared();
        FamilySnapshot snapshot{declared.name, declared.help, same_name.front()->type(), {}, declared.unit};
        for (auto* family : same_name) {
          MetricSnapshot scratch;  // one for each family: a type fills in only what is its own
          family->read_each(scratch, [&](const MetricSnapshot& metric) { snapshot.metrics.push_back(metric); });
        }
        if (!snapshot.metrics.empty()) families.push_back(std::move(snapshot));
      },
      [&](const FamilySnapshot& family) { families.push_back(family); }, accepted);
  return families;
}

std::string to_text(const Registry& registry) { return exposed(registry, {}); }
std::string to_openmetrics(const Registry& registry) { return exposed(registry, {.format = Format::OpenMetrics}); }
std::string to_protobuf(const Registry& registry) { return exposed(registry, {.format = Format::Protobuf}); }

}  // namespace vitals
