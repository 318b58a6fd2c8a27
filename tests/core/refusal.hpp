#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace vitals {

// The message of the std::invalid_argument that the call throws.
inline std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace vitals
