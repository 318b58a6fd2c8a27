#pragma once

#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Registry;

/// What a program says of its own build. A label whose value is empty is left out.
struct BuildInfo {
  std::string_view version{};
  std::string_view revision{};
};

namespace detail {

struct BuildFacts {
  const char* compiler;
  int compiler_version[3];
  long cplusplus;
  bool assertions;
};

void register_build_info(Registry& registry, const BuildInfo& info, const BuildFacts& facts);

}  // namespace detail

/// Exposes build_info{version, revision, compiler, compiler_version, cxx_standard, build_type, arch, os} 1: the first
/// two as given, the others of the translation unit that calls this. `build_type` is "release" with NDEBUG, else
/// "debug". Again with the same facts it changes nothing; throws std::invalid_argument if they differ or "build_info"
/// is taken otherwise. Thread-safe.
// static: translation units whose facts differ must not share one definition.
static inline void register_build_info(Registry& registry, const BuildInfo& info = {}) {
  constexpr detail::BuildFacts kFacts {
#if defined(__clang__)
    "clang", {__clang_major__, __clang_minor__, __clang_patchlevel__},
#elif defined(__GNUC__)
    "gcc", {__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__},
#else
    "unknown", {},
#endif
        __cplusplus,
#ifdef NDEBUG
        false
#else
        true
#endif
  };
  detail::register_build_info(registry, info, kFacts);
}

}  // namespace vitals
