// Each eight bytes are a double and a whole number: as text they read back as they were, in Go's 'g' form.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "core/formats/line_writer.hpp"
#include "core/formats/text_pieces.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool are_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The fewest digits that %e needs; another decimal of as many may be the shortest, none has fewer.
int fewest_digits(double v) {
  for (int digits = 1; digits < 17; ++digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*e", digits - 1, v);
    if (std::strtod(text, nullptr) == v) return digits;
  }
  return 17;
}

// Of 'g': an exponent of at least two digits and with its sign where it is below -4 or above 5, else none.
void require_shape(std::string_view text, double v) {
  if (std::signbit(v)) {
    require(text.starts_with('-'));
    text.remove_prefix(1);
  }
  const auto e = text.find('e');
  const auto mantissa = text.substr(0, e);
  const auto point = mantissa.find('.');
  const auto whole = mantissa.substr(0, point);
  require(are_digits(whole) && (whole.size() == 1 || whole[0] != '0'));
  if (point != std::string_view::npos) require(are_digits(mantissa.substr(point + 1)) && !mantissa.ends_with('0'));
  if (v == 0) return require(text == "0");

  char scientific[40];
  std::snprintf(scientific, sizeof scientific, "%.16e", v);
  const int exponent = std::atoi(std::strchr(scientific, 'e') + 1);
  if (e == std::string_view::npos) {
    require(exponent >= -5 && exponent <= 5);  // -5: 9.9999999999999999e-05 may be 0.0001
  } else {
    const auto digits = text.substr(e + 1);
    require(whole.size() == 1 && (digits[0] == '+' || digits[0] == '-'));
    require(are_digits(digits.substr(1)) && digits.size() >= 3 && (digits.size() == 3 || digits[1] != '0'));
    const int written = std::atoi(std::string{digits}.c_str());
    require(written < -4 || written > 5);
  }
  std::string significant{whole};
  if (point != std::string_view::npos) significant += mantissa.substr(point + 1);
  significant.erase(0, significant.find_first_not_of('0'));
  significant.erase(significant.find_last_not_of('0') + 1);
  require(static_cast<int>(significant.size()) <= fewest_digits(v));
}

void require_number(double v) {
  using namespace vitals;
  std::string text;
  detail::append_number(text, v);
  if (!std::isfinite(v)) {
    require(text == (std::isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf"));
  } else {
    require(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)) == std::bit_cast<std::uint64_t>(v));
    require_shape(text, v);
  }
  std::string openmetrics = "x";
  detail::append_float(openmetrics, v, Format::OpenMetrics);
  const bool is_whole = std::isfinite(v) && text.find_first_of(".e") == std::string::npos;
  require(openmetrics == "x" + text + (is_whole ? ".0" : ""));
  for (const bool with_point : {false, true}) {
    std::string written;
    detail::LineWriter writer{written, with_point};
    writer.put_line(v, std::string_view{});
    writer.flush();
    require(written == (with_point ? openmetrics.substr(1) : text) + "\n");
  }
}

void require_whole(std::uint64_t n) {
  std::string text;
  vitals::detail::append_number(text, n);
  require(are_digits(text) && (text.size() == 1 || text[0] != '0') && std::strtoull(text.c_str(), nullptr, 10) == n);
}

void require_seconds(std::uint64_t bits) {
  const auto nanos = static_cast<vitals::UnixNanos>(bits >> 1);
  std::string text;
  vitals::detail::append_seconds(text, nanos);
  const auto point = text.find('.');
  const std::string fraction = text.substr(point + 1);
  require(are_digits(text.substr(0, point)) && are_digits(fraction) && fraction.size() <= 9);
  const auto padded = fraction + std::string(9 - fraction.size(), '0');
  require(std::stoll(text.substr(0, point)) * 1'000'000'000 + std::stoll(padded) == nanos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (; size >= sizeof(std::uint64_t); data += sizeof(std::uint64_t), size -= sizeof(std::uint64_t)) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, data, sizeof bits);
    require_number(std::bit_cast<double>(bits));
    require_number(static_cast<double>(bits));
    require_number(static_cast<double>(bits % 100'000'000) / 10'000);
    require_whole(bits);
    require_seconds(bits);
  }
  return 0;
}
