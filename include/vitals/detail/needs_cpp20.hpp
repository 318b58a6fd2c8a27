#pragma once

#if __cplusplus < 202002L
#error "vitals needs C++20: compile with -std=c++20 (in CMake: target_compile_features(<target> PRIVATE cxx_std_20))"
#include <vitals needs C++20>  // is nowhere, which ends the compilation: what follows would be hundreds of messages
#endif
