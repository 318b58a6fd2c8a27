#include "http/endpoint/event_log.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "http/endpoint/user_calls.hpp"

namespace vitals::detail {
namespace {

// Files change as seldom as they are looked at, and what is told of them is told once: none must get lost.
constexpr bool is_paced(EventLog::Kind kind) noexcept { return kind < EventLog::Kind::FileTaken; }

// A message that has several reasons has a line for each.
void append_in_one_line(std::string& line, std::string_view message) {
  for (const char c : message) c == '\n' ? line.append("; ") : line.append(1, c);
}

}  // namespace

void EventLog::tell(Kind kind, const Peer* client, std::string_view message, Clock::time_point now) noexcept try {
  if (!function_) return;
  Told& told = told_[static_cast<std::size_t>(kind)];
  if (is_paced(kind) && now < told.next) {
    ++told.left_out;
    return;
  }
  Event event{.client = client != nullptr ? client->to_text() : "", .line = "vitals::Endpoint: ", .number = ++number_};
  if (!event.client.empty()) event.line.append("client ").append(event.client).append(1, ' ');
  append_in_one_line(event.line, message);
  if (told.unsent) ++told.left_out;
  told.unsent = std::move(event);
  tell_unsent(now);
} catch (...) {  // out of memory
}

void EventLog::tell_unsent(Clock::time_point now) noexcept try {
  const auto number = [](const Told& told) {
    return told.unsent ? told.unsent->number : std::numeric_limits<std::uint64_t>::max();
  };
  for (;;) {
    const auto next = std::ranges::min_element(told_, {}, number);
    if (!next->unsent) return;
    const auto kind = static_cast<Kind>(next - told_.begin());
    if (!calls_.post([function = function_, kind, event = *next->unsent, left_out = next->left_out] {
          function({kind, event.client, event.line, left_out});
        }))
      return;
    *next = {.next = now + kPace};
  }
} catch (...) {  // out of memory
}

}  // namespace vitals::detail
