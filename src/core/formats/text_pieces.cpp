#include "core/formats/text_pieces.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>

#include "core/text/copy_text.hpp"
#include "core/text/escaping.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

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

char* write_float(char* at, double v, bool is_openmetrics) noexcept {
  if (!std::isfinite(v)) [[unlikely]]
    return copy_text(at, std::isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf");
  char* const end = std::to_chars(at, at + kNumberBytes, v, std::chars_format::general).ptr;
  if (!is_openmetrics || std::string_view{at, end}.find_first_of(".e") != std::string_view::npos) return end;
  return copy_text(end, ".0");
}

void append_number(std::string& out, double v) { append_float(out, v, Format::Text); }

void append_number(std::string& out, std::uint64_t n) {
  char buffer[kNumberBytes];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, n).ptr);
}

void append_float(std::string& out, double v, Format format) {
  char buffer[kNumberBytes];
  out.append(buffer, write_float(buffer, v, format == Format::OpenMetrics));
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

void append_seconds(std::string& out, std::int64_t time, std::int64_t per_second) {
  append_number(out, static_cast<std::uint64_t>(time / per_second));
  out += '.';
  for (std::int64_t rest = time % per_second, unit = per_second / 10; unit > 0; unit /= 10) {
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
