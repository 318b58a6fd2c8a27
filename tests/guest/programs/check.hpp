#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

// Without exceptions, assert() or a test framework, so that a program can be built with any flags.
#define CHECK(condition)                                                                  \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::fflush(stderr);                                                                \
      std::_Exit(1);                                                                      \
    }                                                                                     \
  } while (false)

inline bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }
