#pragma once
#include <chrono>
#include <memory>

#include "tool/top/screen_text.hpp"
#include "tool/top/service.hpp"
#include "tool/top/top.hpp"

namespace vitals::tool {

struct ScreenOptions {
  Charset charset = Charset::Ascii;
  bool has_colour = false;
};

/// Shows the service on the terminal until somebody leaves, a signal comes or --count is reached. The exit status.
int show_screen(const TopArguments& arguments, std::unique_ptr<Service> service, std::chrono::nanoseconds interval,
                const ScreenOptions& options);

}  // namespace vitals::tool
