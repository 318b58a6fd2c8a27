#include "push/outage_lines.hpp"

#include <cstdio>

#include "core/system/thread_end.hpp"

namespace vitals::detail {
namespace {

constexpr std::chrono::seconds kLinePause{10};

void write_line(const std::string& text) { static_cast<void>(std::fprintf(stderr, "%s\n", text.c_str())); }

}  // namespace

void OutageLines::call(const std::string& message) {
  try {
    on_error_(message);
  } catch (...) {  // ours is not to end the program's thread
    if (is_thread_end()) throw;
  }
}

void OutageLines::tell(const PushResult& result, const std::string& about, Time now) {
  if (on_error_) {
    if (!result.ok) call(result.message);
    return;
  }
  if (result.ok) {
    if (told_) write_line(about + "succeeds again");
    failing_ = told_ = false;
    return;
  }
  if (!failing_ && now >= next_line_) {
    write_line(result.message);
    told_ = true;
    next_line_ = now + kLinePause;
  }
  failing_ = true;
}

void OutageLines::tell_last(const std::string& message) { on_error_ ? call(message) : write_line(message); }

}  // namespace vitals::detail
