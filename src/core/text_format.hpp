#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

// Text format 0.0.4, piece by piece; each appends to out.

/// The shortest text that reads back as v, in Go's 'g' form, which is Prometheus's: 0.0001, 1e-05, 100000, 1e+06, NaN,
/// +Inf.
void append_number(std::string& out, double v);
void append_number(std::string& out, std::uint64_t n);

/// As in a TYPE line.
[[nodiscard]] std::string_view type_name(MetricType type) noexcept;

/// # HELP and # TYPE.
void append_head(std::string& out, std::string_view name, std::string_view help, MetricType type);

/// name="value", escaped. REQUIRES: the value is valid UTF-8.
void append_label(std::string& out, std::string_view name, std::string_view value);

/// A whole family. REQUIRES: valid names; label values and help may be any bytes.
void append_family(std::string& out, const FamilySnapshot& family);

}  // namespace vitals::detail
