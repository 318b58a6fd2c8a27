#pragma once

#include <protozero/pbf_writer.hpp>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// Writes the fields of native buckets. REQUIRES: has_native().
void write_native(protozero::pbf_writer& writer, const NativeBuckets& native);

}  // namespace vitals::detail
