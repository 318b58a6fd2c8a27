#pragma once

#include <vitals/snapshot.hpp>

#include "core/formats/private_protozero.hpp"

namespace vitals::detail {

/// Writes the fields of native buckets. REQUIRES: has_native().
void write_native(protozero::pbf_writer& writer, const NativeBuckets& native);

}  // namespace vitals::detail
