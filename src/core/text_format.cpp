#include "core/text_format.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/names.hpp"

namespace vitals::detail {

namespace {

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

// name suffix {labels, extra} and a space
void append_series(std::string& out, std::string_view name, std::string_view suffix, const std::string& labels,
                   std::string_view extra_name = {}, double extra = 0) {
  out.append(name).append(suffix);
  if (!labels.empty() || !extra_name.empty()) {
    out.append(1, '{').append(labels);
    if (!extra_name.empty()) {
      if (!labels.empty()) out += ',';
      out.append(extra_name).append("=\"");
      append_number(out, extra);
      out += '"';
    }
    out += '}';
  }
  out += ' ';
}

template <class Number>
void end_line(std::string& out, Number value) {
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, std::string_view name, const std::string& labels,
                      const MetricSnapshot& metric) {
  std::uint64_t cumulative = 0;
  for (const auto& bucket : metric.buckets) {
    if (std::isinf(bucket.upper_bound)) break;
    cumulative = std::max(cumulative, bucket.cumulative_count);
    append_series(out, name, "_bucket", labels, "le", bucket.upper_bound);
    end_line(out, cumulative);
  }
  const std::uint64_t count = std::max(cumulative, metric.count);
  append_series(out, name, "_bucket", labels, "le", INFINITY);
  end_line(out, count);
  append_series(out, name, "_sum", labels);
  end_line(out, metric.sum);
  append_series(out, name, "_count", labels);
  end_line(out, count);
}

void append_summary(std::string& out, std::string_view name, const std::string& labels, const MetricSnapshot& metric) {
  for (const auto& quantile : metric.quantiles) {
    append_series(out, name, "", labels, "quantile", quantile.quantile);
    end_line(out, quantile.value);
  }
  append_series(out, name, "_sum", labels);
  end_line(out, metric.sum);
  append_series(out, name, "_count", labels);
  end_line(out, metric.count);
}

}  // namespace

std::string_view type_name(MetricType type) noexcept {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Summary:
      return "summary";
    case MetricType::Untyped:
      break;
  }
  return "untyped";
}

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

void append_head(std::string& out, std::string_view name, std::string_view help, MetricType type) {
  out.append("# HELP ").append(name).append(1, ' ');
  append_escaped(out, help, false);
  out.append("\n# TYPE ").append(name).append(1, ' ').append(type_name(type)).append(1, '\n');
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append("=\"");
  append_escaped(out, value, true);
  out += '"';
}

void append_family(std::string& out, const FamilySnapshot& family) {
  append_head(out, family.name, to_valid_utf8(family.help), family.type);
  for (const auto& metric : family.metrics) {
    std::string labels;
    for (const auto& label : metric.labels) {
      if (!labels.empty()) labels += ',';
      append_label(labels, label.name, to_valid_utf8(label.value));
    }
    if (family.type == MetricType::Histogram) {
      append_histogram(out, family.name, labels, metric);
    } else if (family.type == MetricType::Summary) {
      append_summary(out, family.name, labels, metric);
    } else {
      append_series(out, family.name, "", labels);
      end_line(out, metric.value);
    }
  }
}

}  // namespace vitals::detail
