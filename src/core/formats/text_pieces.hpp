#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::detail {

inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

// The pieces of the text formats. What is called append… appends to out.

/// More than any number takes.
inline constexpr std::size_t kNumberBytes = 40;
/// Writes the shortest text that reads back as v, in Go's 'g' form, which is Prometheus's: 0.0001, 1e-05, 100000,
/// 1e+06, NaN, +Inf. In OpenMetrics a whole number has a point, 1.0. Returns the end. REQUIRES: room for kNumberBytes.
char* write_float(char* at, double v, bool is_openmetrics) noexcept;

/// Appends what write_float() writes for text.
void append_number(std::string& out, double v);
void append_number(std::string& out, std::uint64_t n);
/// Appends what write_float() writes for that format.
void append_float(std::string& out, double v, Format format);

/// Escaped for a place between quotes, or for HELP text of 0.0.4. What is not UTF-8 becomes U+FFFD.
enum class Quotes { Escape, Keep };
void append_escaped(std::string& out, std::string_view text, Quotes quotes);

/// name="value", the value escaped. REQUIRES: a legacy name.
void append_label(std::string& out, std::string_view name, std::string_view value);
/// The same for any name.
void append_label(std::string& out, std::string_view name, std::string_view value, Escaping escaping);

/// Seconds with as many digits of fraction as it takes, exactly: 1700000000.123456789. `time` is in parts of a second,
/// of which there are `per_second`, a power of ten. REQUIRES: not negative.
void append_seconds(std::string& out, std::int64_t time, std::int64_t per_second = kNanosPerSecond);

/// ` # {labels} value time`, as it ends an OpenMetrics line. REQUIRES: is_allowed(exemplar).
void append_exemplar(std::string& out, const Exemplar& exemplar, Escaping escaping);

}  // namespace vitals::detail
