#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <vitals/snapshot.hpp>

#include "lint/checks/lint_context.hpp"
#include "lint/protobuf/wire_message.hpp"

namespace vitals::detail {

using WireLabels = std::vector<std::pair<std::string_view, std::string_view>>;

/// Reads a LabelPair and checks its name and value.
void read_wire_label(const LintContext& context, const WireMessage& message, WireLabels& labels);

struct WireExemplar {
  double value = 0;
  bool timestamp = false;
};
WireExemplar read_wire_exemplar(const LintContext& context, const WireMessage& message);

/// Checks a google.protobuf.Timestamp.
void check_wire_timestamp(const LintContext& context, const WireMessage& message);

/// Checks a Counter, Gauge or Untyped message of the family.
void lint_wire_number(const LintContext& context, const WireMessage& message, MetricType type, std::string_view family);

/// Checks a Summary message. True if it has quantiles.
bool lint_wire_summary(const LintContext& context, const WireMessage& message);

}  // namespace vitals::detail
