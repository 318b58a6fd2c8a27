#include "tool/load/svg_plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

constexpr double kWidth = 860, kHeight = 260, kLeft = 72, kRight = 12, kTop = 34, kBottom = 30;
constexpr double kLegendStep = 110;

// 1, 2 or 5 times a power of ten, so that there are some `wanted` of them up to `most`.
double tick_step(double most, double wanted) {
  const double rough = most / wanted;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double step : {1.0, 2.0, 5.0})
    if (step * power >= rough) return step * power;
  return 10 * power;
}

class Canvas {
 public:
  explicit Canvas(const Plot& plot) : plot_(plot) {
    x_least_ = plot.log_x ? std::log10(plot.x.front()) : 0;
    x_most_ = plot.log_x ? std::log10(plot.x.back()) : plot.x.back();
    if (!(x_most_ > x_least_)) x_most_ = x_least_ + 1;
    for (const auto& line : plot.lines)
      for (const double y : line.y)
        if (std::isfinite(y)) y_most_ = std::max(y_most_, y);
    if (y_most_ == 0) y_most_ = 1;
    y_most_ *= 1.05;
  }

  std::string svg() {
    out_ = fmt::format(
        R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}"><text class="title" x="{}" y="16">{}</text>)", kWidth,
        kHeight, html_text(plot_.title), kLeft, html_text(plot_.title));
    y_axis();
    plot_.log_x ? log_x_axis() : x_axis();
    if (plot_.bars) {
      bars();
    } else {
      for (const auto& one : plot_.lines) line(one);
      legend();
    }
    return out_ + "</svg>\n";
  }

 private:
  [[nodiscard]] double x_at(double x) const {
    const double value = plot_.log_x ? std::log10(x) : x;
    return kLeft + (value - x_least_) / (x_most_ - x_least_) * (kWidth - kLeft - kRight);
  }
  [[nodiscard]] double y_at(double y) const { return kHeight - kBottom - y / y_most_ * (kHeight - kTop - kBottom); }

  void y_axis() {
    const double step = tick_step(y_most_, 4);
    for (double y = 0; y <= y_most_; y += step)
      out_ += fmt::format(
          R"(<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/><text class="tick" text-anchor="end" x="{}" y="{:.1f}">{}</text>)",
          kLeft, kWidth - kRight, y_at(y), y_at(y), kLeft - 6, y_at(y) + 4, html_text(plot_.y_text(y)));
  }

  void x_tick(double x) {
    out_ += fmt::format(R"(<text class="tick" text-anchor="middle" x="{:.1f}" y="{}">{}</text>)", x_at(x), kHeight - 10,
                        html_text(plot_.x_text(x)));
  }
  void x_axis() {
    const double step = tick_step(x_most_, 8);
    for (double x = 0; x <= x_most_; x += step) x_tick(x);
  }
  void log_x_axis() {
    for (double power = std::floor(x_least_); power <= x_most_; ++power)
      for (const double step : {1.0, 2.0, 5.0}) {
        const double x = step * std::pow(10, power);
        if (x >= plot_.x.front() && x <= plot_.x.back()) x_tick(x);
      }
  }

  void line(const PlotLine& line) {
    std::string path;
    bool is_open = false;
    const auto& y = line.y;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (std::isfinite(y[i]))
        path += fmt::format("{}{:.1f} {:.1f}", is_open ? "L" : "M", x_at(plot_.x[i]), y_at(y[i]));
      is_open = std::isfinite(y[i]);
    }
    out_ += fmt::format(R"(<path class="line{}" d="{}"/>)", line.colour, path);
  }

  void bars() {
    const auto& y = plot_.lines.front().y;
    for (std::size_t i = 0; i + 1 < plot_.x.size(); ++i) {
      const double left = x_at(plot_.x[i]);
      if (!(y[i] > 0)) continue;
      out_ += fmt::format(R"(<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", left,
                          y_at(y[i]), std::max(1.0, x_at(plot_.x[i + 1]) - left - 1), y_at(0) - y_at(y[i]));
    }
  }

  void legend() {
    double x = kWidth - kRight - kLegendStep * static_cast<double>(plot_.lines.size());
    for (const auto& line : plot_.lines) {
      out_ += fmt::format(
          R"(<line class="line{}" x1="{}" x2="{}" y1="12" y2="12"/><text class="tick" x="{}" y="16">{}</text>)",
          line.colour, x, x + 18, x + 24, html_text(line.name));
      x += kLegendStep;
    }
  }

  const Plot& plot_;
  double x_least_, x_most_, y_most_ = 0;
  std::string out_;
};

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string svg_of(const Plot& plot) {
  if (plot.x.empty()) return fmt::format("<p>{}: nothing was answered.</p>\n", html_text(plot.title));
  return Canvas(plot).svg();
}

}  // namespace vitals::tool
