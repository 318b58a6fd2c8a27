#pragma once

#include <cstddef>

// Calls of operator new by this thread.
std::size_t allocations() noexcept;
