#pragma once

#include <string>
#include <string_view>

namespace vitals::test {

/// A delimited protobuf exposition as text: a line per family, and per metric one with its fields by number as in
/// metrics.proto, e.g. `{1{1"path" 2"/"} 3{1:0.5}}`. Throws what protozero throws if it isn't one.
[[nodiscard]] std::string dump_protobuf(std::string_view exposition);

}  // namespace vitals::test
