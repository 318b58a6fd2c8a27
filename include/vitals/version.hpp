#pragma once

#include <vitals/detail/needs_cpp20.hpp>

#define VITALS_VERSION_MAJOR 0
#define VITALS_VERSION_MINOR 1
#define VITALS_VERSION_PATCH 0
