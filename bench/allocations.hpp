#pragma once

#include <cstdint>

/// Calls of operator new by this thread so far: vitals_bench replaces it to count them.
[[nodiscard]] std::uint64_t allocations() noexcept;
