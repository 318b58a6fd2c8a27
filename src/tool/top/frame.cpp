#include "tool/top/frame.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "tool/text/units.hpp"
#include "tool/top/line_maker.hpp"
#include "tool/top/table_lines.hpp"
#include "tool/top/tile_lines.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kFewestTableLines = 5;  // a heading and some rows
constexpr double kEventIsNews = 300;          // seconds

constexpr std::string_view kHelp[] = {"1-6, Tab     the view: routes, statements, caches, pools, levels, targets",
                                      "< > s        sort by the column before, after; also the arrow keys",
                                      "r            sort the other way round",
                                      "/            filter: rows with this text; Enter keeps it, Esc takes it away",
                                      "up down      scroll; also k and j, page up and down, home and end",
                                      "t            without tiles, with them",
                                      "p, blank     pause: the screen stands still, scrapes go on",
                                      "q, Ctrl-C    leave",
                                      "",
                                      "Verdicts are those of vitals check: of the window, by the counts of buckets.",
                                      "USED is p95 by the budget; BURN how many times too fast the budget goes."};

class FrameMaker {
 public:
  FrameMaker(const Model& model, const View& view, const Surroundings& around)
      : model_(model), view_(view), around_(around) {}

  Frame make() {
    head();
    state();
    if (view_.shows_help) {
      for (const auto text : kHelp) add(text);
    } else {
      const auto left = around_.size.rows - std::min(around_.size.rows, frame_.lines.size());
      if (view_.shows_tiles) tiles(left);
      table();
    }
    foot();
    if (frame_.lines.size() > around_.size.rows) frame_.lines.resize(around_.size.rows);
    return std::move(frame_);
  }

 private:
  [[nodiscard]] LineMaker line() const { return {around_.size.columns, around_.charset}; }
  void add(std::string_view text, Paint paint = Paint::Plain) {
    frame_.lines.push_back(line().rest(text, paint).take());
  }

  void head() {
    std::string right = model_.seconds ? fmt::format("window {}", window_text(*model_.seconds)) : "first window";
    right += fmt::format(", every {}", around_.interval);
    if (model_.started && model_.at > *model_.started)
      right += fmt::format(", up {}", window_text(std::floor(model_.at - *model_.started)));
    if (model_.at > 0) right += "  " + clock_text(model_.at);
    const auto columns = around_.size.columns;
    constexpr std::size_t kFewestOfAddress = 24;
    auto maker = line();
    if (right.size() + kFewestOfAddress > columns) {
      maker.rest(model_.source, Paint::Strong);
    } else {
      maker.add(model_.source, columns - right.size() - 1, Paint::Strong).add(" ", 1).rest(right, Paint::Plain);
    }
    frame_.lines.push_back(maker.take());
  }

  // What somebody must know before all numbers.
  void state() {
    if (!model_.failure.empty())
      add(fmt::format("{} no answer since {} ({}): {}", sign_of(Verdict::Critical, around_.charset),
                      clock_text(model_.failing_since),
                      window_text(std::floor(around_.now - model_.failing_since + 0.5)), model_.failure),
          Paint::Bad);
    if (view_.is_paused) add(fmt::format("paused at {}: p goes on", clock_text(model_.at)), Paint::Reversed);
    if (!model_.event.empty() && around_.now - model_.event_at < kEventIsNews)
      add(fmt::format("{} {}: {}", sign_of(Verdict::Warning, around_.charset), clock_text(model_.event_at),
                      model_.event),
          Paint::Missed);
    else if (!model_.fault.empty())
      add(model_.fault, Paint::Unknown);
    if (model_.verdict) {
      add(fmt::format("{} {}", sign_of(*model_.verdict, around_.charset), model_.summary), paint_of(*model_.verdict));
    } else if (model_.failure.empty()) {
      add(model_.at > 0 ? "numbers come with the next scrape" : "waiting for the first answer", Paint::Faint);
    }
  }

  // In two lines each, or one, or not all of them: the table keeps some lines.
  void tiles(std::size_t left) {
    const auto room = left - std::min(left, kFewestTableLines + 2);
    for (auto& line : tile_lines(model_.tiles, around_.size.columns, room, around_.charset))
      frame_.lines.push_back(std::move(line));
  }

  void table() {
    if (view_.table >= model_.tables.size()) return;
    tabs();
    const auto used = frame_.lines.size() + 2;  // with its heading and the foot
    frame_.table_rows = around_.size.rows - std::min(around_.size.rows, used);
    for (auto& line : table_lines(model_, view_, around_.size.columns, frame_.table_rows, around_.charset))
      frame_.lines.push_back(std::move(line));
  }

  void tabs() {
    auto maker = line();
    for (std::size_t i = 0; i < model_.tables.size(); ++i) {
      const auto& name = model_.tables[i].name;
      const bool is_seen = i == view_.table;
      const auto text = is_seen ? fmt::format("[{} {}]", i + 1, name) : fmt::format(" {} {} ", i + 1, name);
      // On a narrow screen the one that is seen, and the numbers of the others.
      const bool is_narrow = around_.size.columns < 70;
      if (is_narrow && !is_seen) continue;
      maker.add(text, text.size(), is_seen ? Paint::Strong : Paint::Plain);
    }
    if (view_.is_typing) {
      maker.add(" /", 2, Paint::Strong).rest(view_.filter + "_", Paint::Strong);
    } else if (!view_.filter.empty()) {
      maker.add(" /", 2).rest(view_.filter, Paint::Strong);
    }
    frame_.lines.push_back(maker.take());
  }

  void foot() {
    const auto rows = around_.size.rows;
    if (rows < 2) return;
    if (frame_.lines.size() >= rows) frame_.lines.resize(rows - 1);
    while (frame_.lines.size() + 1 < rows) frame_.lines.emplace_back();
    const bool is_narrow = around_.size.columns < 60;
    std::string text = view_.shows_help ? "any key goes back"
                       : is_narrow      ? "? help  q quit"
                                        : "? help  / filter  < > sort  r reverse  p pause  t tiles  q quit";
    const auto shown = view_.table < model_.tables.size() ? shown_rows(model_, view_).size() : 0;
    if (!view_.shows_help && frame_.table_rows > 0 && shown > frame_.table_rows)
      text = fmt::format("{}-{} of {}  {}", first_shown(view_, shown, frame_.table_rows) + 1,
                         first_shown(view_, shown, frame_.table_rows) + frame_.table_rows, shown, text);
    add(text, Paint::Faint);
  }

  const Model& model_;
  const View& view_;
  const Surroundings& around_;
  Frame frame_{};
};

}  // namespace

std::size_t Line::columns() const {
  std::size_t sum = 0;
  for (const auto& span : spans) sum += span.columns;
  return sum;
}

std::string Line::text() const {
  std::string all;
  for (const auto& span : spans) all += span.text;
  return all;
}

std::string sign_of(Verdict verdict, Charset charset) {
  const bool is_utf8 = charset == Charset::Utf8;
  switch (verdict) {
    case Verdict::Ok:
      return is_utf8 ? "\u2713" : "+";
    case Verdict::Warning:
      return "!";
    case Verdict::Critical:
      return is_utf8 ? "\u2717" : "X";
    case Verdict::Unknown:
      return "?";
    case Verdict::Skipped:
      break;
  }
  return "-";
}

Paint paint_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok:
      return Paint::Good;
    case Verdict::Warning:
      return Paint::Missed;
    case Verdict::Critical:
      return Paint::Bad;
    case Verdict::Unknown:
      return Paint::Unknown;
    case Verdict::Skipped:
      break;
  }
  return Paint::Faint;
}

std::string clock_text(double at) {
  const auto time = static_cast<std::time_t>(at);
  std::tm local{};
  return ::localtime_r(&time, &local) ? fmt::format("{:%H:%M:%S}", local) : "?";
}

Frame render(const Model& model, const View& view, const Surroundings& around) {
  return FrameMaker(model, view, around).make();
}

}  // namespace vitals::tool
