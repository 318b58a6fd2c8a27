// A plug-in's entry that registers in the default registry that it sees.
#include <vitals/vitals.hpp>

extern "C" void plugin_init(vitals::Registry&) { vitals::default_registry().counter("plugin_a_total", "A.").inc(); }
