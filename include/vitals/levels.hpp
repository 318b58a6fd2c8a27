#pragma once

// Service levels with their reading from YAML: link vitals::levels.
#include <vitals/service_levels.hpp>
