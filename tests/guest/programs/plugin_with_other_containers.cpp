// As a plug-in that was built with another switch than the vitals of its host.
#define _GLIBCXX_DEBUG
#include <vitals/vitals.hpp>

extern "C" void plugin_init(vitals::Registry& registry) { registry.counter("a_total", "A.").inc(); }
