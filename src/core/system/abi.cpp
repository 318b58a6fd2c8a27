#include <vitals/detail/abi.hpp>

// What this library was built with.
namespace vitals::detail::needs {

#if defined(_GLIBCXX_DEBUG)
const char vitals_built_with_GLIBCXX_DEBUG = 1;
#else
const char vitals_built_without_GLIBCXX_DEBUG = 1;
#endif

#if defined(_LIBCPP_VERSION)
const char vitals_built_with_libcxx = 1;
#elif !defined(__GLIBCXX__)
const char vitals_built_with_another_standard_library = 1;
#elif _GLIBCXX_USE_CXX11_ABI
const char vitals_built_with_GLIBCXX_USE_CXX11_ABI_1 = 1;
#else
const char vitals_built_with_GLIBCXX_USE_CXX11_ABI_0 = 1;
#endif

template <>
const char Sizes::here = 1;

}  // namespace vitals::detail::needs
