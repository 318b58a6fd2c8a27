#include "tool/top/tile_lines.hpp"

#include <algorithm>
#include <string>

#include "tool/top/line_maker.hpp"
#include "tool/top/sparkline.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kTileWidth = 26;     // at least, of a tile in two lines
constexpr std::size_t kCompactWidth = 18;  // of one in a line
constexpr std::size_t kTarget = 9;
constexpr std::size_t kVerdict = 11;  // sign, blank, the longest word and a blank

Paint value_paint(const Tile& tile) { return tile.verdict ? paint_of(*tile.verdict) : Paint::Plain; }

// "p95            212 ms"
void add_first(LineMaker& maker, const Tile& tile, std::size_t width) {
  const auto value = std::min(width, std::max<std::size_t>(tile.value.size(), 1));
  const auto label = width > value ? width - value - 1 : 0;
  maker.add(tile.label, label, Paint::Strong);
  if (width > value) maker.gap(1);
  maker.add(tile.value, value, value_paint(tile), Align::Right);
}

// "<= 150ms ! warning ▁▂▃▅"
void add_second(LineMaker& maker, const Tile& tile, std::size_t width, Charset charset) {
  std::size_t used = 0;
  if (!tile.target.empty()) {
    const auto target = std::max(kTarget, tile.target.size() + 1);
    maker.add(tile.target, target, Paint::Faint);
    used = target;
    if (tile.verdict) {
      maker.add(sign_of(*tile.verdict, charset) + " " + std::string(name(*tile.verdict)), kVerdict,
                paint_of(*tile.verdict));
      used += kVerdict;
    }
  }
  const auto left = width - std::min(width, used);
  maker.add(sparkline(tile.past, left, charset), left, Paint::Plain);
}

// "p95 ! 212 ms"
void add_compact(LineMaker& maker, const Tile& tile, std::size_t width, Charset charset) {
  const auto value = std::min(width - 3, std::max<std::size_t>(tile.value.size(), 1));
  maker.add(tile.label, width - value - 3, Paint::Strong).gap(1);
  maker.add(tile.verdict ? sign_of(*tile.verdict, charset) : "", 1, value_paint(tile)).gap(1);
  maker.add(tile.value, value, value_paint(tile), Align::Right);
}

}  // namespace

std::vector<Line> tile_lines(const std::vector<Tile>& tiles, std::size_t width, std::size_t room, Charset charset) {
  std::vector<Line> lines;
  if (tiles.empty() || width < 4) return lines;
  const auto across = [&](std::size_t least) { return std::max<std::size_t>(1, (width + 1) / (least + 1)); };
  const auto rows = [&](std::size_t n) { return (tiles.size() + n - 1) / n; };
  const bool is_large = width >= kTileWidth && rows(across(kTileWidth)) * 2 <= room;
  const auto n = std::min(across(is_large ? kTileWidth : kCompactWidth), tiles.size());
  const auto each = (width - (n - 1)) / n;
  for (std::size_t first = 0; first < tiles.size(); first += n) {
    if (lines.size() + (is_large ? 2 : 1) > room) break;
    LineMaker above(width, charset);
    LineMaker below(width, charset);
    for (std::size_t i = first; i < std::min(first + n, tiles.size()); ++i) {
      if (i > first) {
        above.gap(1);
        below.gap(1);
      }
      if (is_large) {
        add_first(above, tiles[i], each);
        add_second(below, tiles[i], each, charset);
      } else {
        add_compact(above, tiles[i], each, charset);
      }
    }
    lines.push_back(above.take());
    if (is_large) lines.push_back(below.take());
  }
  return lines;
}

}  // namespace vitals::tool
