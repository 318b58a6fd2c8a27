#include "tool/top/plain.hpp"

#include <algorithm>
#include <ctime>
#include <string_view>

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "tool/text/units.hpp"
#include "tool/top/frame.hpp"
#include "tool/top/line_maker.hpp"
#include "tool/top/painter.hpp"
#include "tool/top/table_lines.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kLineWidth = 200;

std::string ended(std::string text) {
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

std::string painted_text(const Line& line, bool has_colour) {
  if (!has_colour) return ended(line.text());
  std::string out;
  for (const auto& span : line.spans) {
    const auto begin = sequence_of(span.paint, true);
    out += begin.empty() ? span.text : fmt::format("{}{}{}", begin, span.text, kPlain);
  }
  return ended(out);
}

std::string head_text(const Model& model) {
  auto text =
      fmt::format("{:%Y-%m-%d %H:%M:%S} UTC  {}", fmt::gmtime(static_cast<std::time_t>(model.at)), model.source);
  if (model.seconds) text += fmt::format("  over {}", window_text(*model.seconds));
  return text;
}

Line tile_line(const Tile& tile, Charset charset) {
  constexpr std::size_t kLabel = 13, kValue = 11, kTarget = 12, kVerdict = 11;
  LineMaker maker(kLineWidth, charset);
  maker.add(tile.label, kLabel).add(tile.value, kValue, Paint::Plain, Align::Right).gap(2).add(tile.target, kTarget);
  if (tile.verdict)
    maker.add(fmt::format("{} {}", sign_of(*tile.verdict, charset), name(*tile.verdict)), kVerdict,
              paint_of(*tile.verdict));
  else
    maker.gap(kVerdict);
  if (!tile.note.empty()) maker.gap(1).rest(tile.note, Paint::Faint);
  return maker.take();
}

}  // namespace

std::string plain_text(const Model& model, std::size_t rows, Charset charset, bool has_colour) {
  const auto line = [&](std::string_view text) {
    return ended(LineMaker(kLineWidth, charset).rest(text).take().text());
  };
  std::string out;
  if (!model.failure.empty()) {
    out += line(fmt::format("{:%Y-%m-%d %H:%M:%S} UTC  {}", fmt::gmtime(static_cast<std::time_t>(model.failing_since)),
                            model.source));
    return out + line(fmt::format("no answer since then: {}", model.failure));
  }
  out += line(head_text(model));
  if (!model.event.empty()) {
    const auto event_at = fmt::gmtime(static_cast<std::time_t>(model.event_at));
    out += line(fmt::format("at {:%H:%M:%S} UTC: {}", event_at, model.event));
  }
  if (!model.fault.empty()) out += line(model.fault);
  if (model.verdict) out += line(model.summary);
  if (!model.tiles.empty()) out += '\n';
  for (const auto& tile : model.tiles) out += painted_text(tile_line(tile, charset), has_colour);
  View view;
  for (view.table = 0; view.table < model.tables.size(); ++view.table) {
    const auto& table = model.tables[view.table];
    if (table.rows.empty()) continue;
    out += fmt::format("\n{}\n", table.name);
    for (const auto& one : table_lines(model, view, kLineWidth, rows, charset)) out += painted_text(one, has_colour);
    if (table.rows.size() > rows) out += fmt::format("and {} more\n", table.rows.size() - rows);
  }
  return out;
}

}  // namespace vitals::tool
