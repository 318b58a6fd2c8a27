// Another translation unit of the same program, with compile-time facts of its own.
#undef NDEBUG
#include <vitals/build_info.hpp>

namespace vitals {

void register_build_info_with_assertions(Registry& registry) { register_build_info(registry); }

}  // namespace vitals
