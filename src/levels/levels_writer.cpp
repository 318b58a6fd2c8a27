#include "levels/levels_writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "core/text/quantity.hpp"
#include "levels/level_fields.hpp"

namespace vitals::detail {

namespace {

// Whether YAML reads it as this text without quotes, whoever the reader is.
bool is_plain(std::string_view text) {
  constexpr std::string_view kInside = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _/.{}|*-%";
  static constexpr std::array<std::string_view, 12> kWords{"null", "true", "false", "yes", "no",  "on",
                                                           "off",  "y",    "n",     "inf", "nan", ""};
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '/'; };
  return std::ranges::find(kWords, lower) == kWords.end() && is_letter(lower.front()) && lower.back() != ' ' &&
         text.find_first_not_of(kInside) == std::string_view::npos;
}

std::string scalar_text(std::string_view text) {
  if (is_plain(text)) return std::string{text};
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

class LevelsWriter {
 public:
  std::string text(const ServiceLevels& levels) {
    fields(*this, levels);
    return std::move(out_);
  }

  template <class Member>
  void operator()(std::string_view key, bool /*must*/, const Member& member) {
    write(key, member);
  }

 private:
  void line(std::string_view key, const std::string& value) {
    out_ += lead_;
    out_ += key;
    out_ += ": " + value + '\n';
    lead_.assign(indent_, ' ');
  }

  // A key whose value stands below it.
  void head(std::string_view key) {
    out_ += lead_;
    out_ += key;
    out_ += ":\n";
  }

  void write(std::string_view key, const std::string& text) { line(key, scalar_text(text)); }
  void write(std::string_view key, bool is_set) {
    if (is_set) line(key, "true");
  }
  void write(std::string_view key, double number) { line(key, decimal_text(number)); }
  void write(std::string_view key, AlertSeverity severity) {
    line(key, severity == AlertSeverity::Page ? "page" : "ticket");
  }
  void write(std::string_view key, std::chrono::nanoseconds time) { line(key, time_text(time)); }
  void write(std::string_view key, std::chrono::seconds time) { line(key, time_text(time)); }
  void write(std::string_view key, RatioField<const double> ratio) { line(key, percent_text(ratio.value)); }
  void write(std::string_view key, RateField<const double> rate) { line(key, rate_text(rate.value)); }
  void write(std::string_view key, RatioField<const std::optional<double>> ratio) {
    if (ratio.value) line(key, percent_text(*ratio.value));
  }
  void write(std::string_view key, RateField<const std::optional<double>> rate) {
    if (rate.value) line(key, rate_text(*rate.value));
  }
  void write(std::string_view key, const std::optional<std::chrono::nanoseconds>& time) {
    if (time) write(key, *time);
  }

  // Only those that are others than vitals'.
  void write(std::string_view key, const MetricNames& names) {
    if (names == MetricNames{}) return;
    head(key);
    indented("  ", [&] {
      const auto one = [this](std::string_view own, const std::string& name) {
        if (name != own) write(own, name);
      };
      each_metric_name(one, names);
    });
  }

  template <class Level>
  void write(std::string_view key, const std::optional<Level>& level) {
    if (!level) return;
    head(key);
    indented("  ", [&] { fields(*this, *level); });
  }

  void write(std::string_view key, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    head(key);
    for (const auto& text : texts) out_ += std::string(indent_ + 2, ' ') + "- " + scalar_text(text) + '\n';
    lead_.assign(indent_, ' ');
  }

  template <class Level>
  void write(std::string_view key, const std::vector<Level>& levels) {
    if (levels.empty()) return;
    head(key);
    for (const auto& level : levels) indented("  - ", [&] { fields(*this, level); });
  }

  // `first` goes before the first line, blanks before the others.
  template <class Write>
  void indented(std::string_view first, const Write& write) {
    const auto outside = indent_;
    lead_ = std::string(outside, ' ') + std::string{first};
    indent_ = lead_.size();
    write();
    indent_ = outside;
    lead_.assign(indent_, ' ');
  }

  std::string out_;
  std::size_t indent_ = 0;
  std::string lead_;  // of the next line
};

}  // namespace

std::string levels_text(const ServiceLevels& levels) { return LevelsWriter{}.text(levels); }

}  // namespace vitals::detail
