#include "tool/text/waiting_line.hpp"

#include <utility>

#include <fmt/core.h>
#include <unistd.h>

#include "tool/text/is_terminal.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

WaitingLine::WaitingLine(std::string what)
    : WaitingLine(std::move(what), stderr, is_terminal(STDERR_FILENO), seconds(is_terminal(STDERR_FILENO) ? 1 : 10)) {}

WaitingLine::WaitingLine(std::string what, std::FILE* out, bool is_terminal, std::chrono::milliseconds interval)
    : what_(std::move(what)),
      out_(out),
      is_terminal_(is_terminal),
      interval_(interval),
      thread_([this](const std::stop_token& stop) { tell(stop); }) {}

WaitingLine::~WaitingLine() = default;

void WaitingLine::tell(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  bool is_shown = false;
  std::unique_lock lock{mutex_};
  for (;;) {
    stopped_.wait_for(lock, stop, interval_, [] { return false; });
    if (stop.stop_requested()) break;
    const auto waited = std::chrono::floor<seconds>(std::chrono::steady_clock::now() - start);
    fmt::print(out_, "{}{}: {} s{}", is_terminal_ ? kClearLine : "", what_, waited.count(), is_terminal_ ? "" : "\n");
    std::fflush(out_);
    is_shown = true;
  }
  if (is_terminal_ && is_shown) {
    std::fputs(kClearLine, out_);
    std::fflush(out_);
  }
}

}  // namespace vitals::tool
