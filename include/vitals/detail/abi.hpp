#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile with -std=c++20 (in CMake: target_compile_features(<target> PRIVATE cxx_std_20))"
#include <vitals needs C++20>  // is nowhere, which ends the compilation: what follows would be hundreds of messages
#endif

#include <cstddef>
#include <string>
#include <vector>

// Switches that change the standard library's types must be the same for a program and for the vitals that it links to:
// types of ours have such types in them, behind names that don't show it. So whoever includes this refers to a name for
// each switch, of which vitals defines the one that it was built with. Another one is told by the linker, or by dlopen:
// "undefined reference to vitals::detail::needs::vitals_built_with_GLIBCXX_DEBUG". Costs a pointer for each name.
// Hidden, as a plug-in could not be unloaded that exports inline variables.
// NOLINTBEGIN: names that linkers show, and parts of names
#if defined(__has_cpp_attribute) && __has_cpp_attribute(gnu::retain)
#define VITALS_DETAIL_KEEP gnu::used, gnu::retain  // with --gc-sections too
#else
#define VITALS_DETAIL_KEEP gnu::used
#endif
#define VITALS_DETAIL_NEEDS(name) \
  extern const char name;         \
  [[VITALS_DETAIL_KEEP, gnu::visibility("hidden")]] inline const char* const refers_to_##name = &name;

namespace vitals::detail::needs {

#if defined(_GLIBCXX_DEBUG)
VITALS_DETAIL_NEEDS(vitals_built_with_GLIBCXX_DEBUG)
#else
VITALS_DETAIL_NEEDS(vitals_built_without_GLIBCXX_DEBUG)
#endif

#if defined(_LIBCPP_VERSION)
VITALS_DETAIL_NEEDS(vitals_built_with_libcxx)
#elif !defined(__GLIBCXX__)
VITALS_DETAIL_NEEDS(vitals_built_with_another_standard_library)
#elif _GLIBCXX_USE_CXX11_ABI
VITALS_DETAIL_NEEDS(vitals_built_with_GLIBCXX_USE_CXX11_ABI_1)
#else
VITALS_DETAIL_NEEDS(vitals_built_with_GLIBCXX_USE_CXX11_ABI_0)
#endif

// Whatever else there may be, such as -fpack-struct.
struct CharAndDouble {
  char a;
  double b;
};
template <std::size_t String, std::size_t Vector, std::size_t Aligned>
struct vitals_built_with_these_sizes_of_string_vector_and_struct {
  static const char here;
};
using Sizes = vitals_built_with_these_sizes_of_string_vector_and_struct<sizeof(std::string), sizeof(std::vector<int>),
                                                                        sizeof(CharAndDouble)>;
template <>
const char Sizes::here;
[[VITALS_DETAIL_KEEP]] static const char* const refers_to_sizes = &Sizes::here;  // one each: its name doesn't tell them

}  // namespace vitals::detail::needs

// NOLINTEND
#undef VITALS_DETAIL_NEEDS
#undef VITALS_DETAIL_KEEP
