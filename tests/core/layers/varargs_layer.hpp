#pragma once

#include <vitals/registry.hpp>

/// What the calls of varargs_layer.h fill. Never destroyed.
vitals::Registry& metric_registry();
