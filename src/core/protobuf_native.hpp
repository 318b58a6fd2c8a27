#pragma once

#include <protozero/pbf_writer.hpp>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

// The numbers of the fields of io.prometheus.client.Histogram.
namespace histogram_field {
enum : protozero::pbf_tag_type {
  kCount = 1,
  kSum = 2,
  kBucket = 3,
  kSchema = 5,
  kZeroThreshold = 6,
  kZeroCount = 7,
  kNegativeSpan = 9,
  kNegativeDelta = 10,
  kPositiveSpan = 12,
  kPositiveDelta = 13,
  kStart = 15,
  kExemplars = 16
};
}

/// Writes the fields of native buckets. REQUIRES: has_native().
void write_native(protozero::pbf_writer& writer, const NativeBuckets& native);

}  // namespace vitals::detail
