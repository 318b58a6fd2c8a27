#include "core/formats/text_pieces.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>

#include "core/text/escaping.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

constexpr UnixNanos kNanosPerSecond = 1'000'000'000;

void append_valid_escaped(std::string& out, std::string_view text, Quotes quotes) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '\\' && c != '\n' && (c != '"' || quotes == Quotes::Keep)) continue;
    out.append(text, done, i - done).append(1, '\\').append(1, c == '\n' ? 'n' : c);
    done = i + 1;
  }
  out.append(text, done);
}

}  // namespace

void append_number(std::string& out, double v) {
  if (std::isnan(v)) {
    out += "NaN";
  } else if (std::isinf(v)) {
    out += v > 0 ? "+Inf" : "-Inf";
  } else {
    char buffer[32];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::general).ptr);
  }
}

void append_number(std::string& out, std::uint64_t n) {
  char buffer[20];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, n).ptr);
}

void append_float(std::string& out, double v, Format format) {
  const std::size_t start = out.size();
  append_number(out, v);
  if (format != Format::OpenMetrics || !std::isfinite(v)) return;
  if (std::string_view{out}.substr(start).find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_escaped(std::string& out, std::string_view text, Quotes quotes) {
  if (is_valid_utf8(text)) {
    append_valid_escaped(out, text, quotes);
  } else {
    append_valid_escaped(out, to_valid_utf8(text), quotes);
  }
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  append_escaped(out, value, Quotes::Escape);
  out += '"';
}

void append_label(std::string& out, std::string_view name, std::string_view value, Escaping escaping) {
  if (is_legacy_name(name, NameKind::Label)) {
    append_label(out, name, value);
  } else if (escaping != Escaping::Utf8) {
    append_label(out, escape_name(name, escaping, NameKind::Label), value);
  } else {
    out += '"';
    append_escaped(out, name, Quotes::Escape);
    out += "\"=\"";
    append_escaped(out, value, Quotes::Escape);
    out += '"';
  }
}

void append_seconds(std::string& out, UnixNanos time) {
  append_number(out, static_cast<std::uint64_t>(time / kNanosPerSecond));
  out += '.';
  for (UnixNanos rest = time % kNanosPerSecond, unit = kNanosPerSecond / 10; unit > 0; unit /= 10) {
    out += static_cast<char>('0' + rest / unit);
    rest %= unit;
    if (rest == 0) break;
  }
}

void append_exemplar(std::string& out, const Exemplar& exemplar, Escaping escaping) {
  out += " # {";
  for (const Label& label : exemplar.labels) {
    if (out.back() != '{') out += ',';
    append_label(out, label.name, label.value, escaping);
  }
  out += "} ";
  append_float(out, exemplar.value, Format::OpenMetrics);
  if (exemplar.timestamp <= 0) return;
  out += ' ';
  append_seconds(out, exemplar.timestamp);
}

}  // namespace vitals::detail
