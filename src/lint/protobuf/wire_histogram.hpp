#pragma once

#include <vector>

#include "lint/checks/lint_context.hpp"
#include "lint/protobuf/wire_message.hpp"

namespace vitals::detail {

/// Checks a Histogram message, its classic and its native buckets; the bounds of the classic buckets go to `bounds`.
/// True if scrapers read its classic buckets, as it has no native ones.
bool lint_wire_histogram(const LintContext& context, const WireMessage& message, bool gauge,
                         std::vector<double>& bounds);

}  // namespace vitals::detail
