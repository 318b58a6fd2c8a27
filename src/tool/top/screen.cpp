#include "tool/top/screen.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "tool/check/measure.hpp"
#include "tool/top/frame.hpp"
#include "tool/top/keys.hpp"
#include "tool/top/painter.hpp"
#include "tool/top/poller.hpp"
#include "tool/top/terminal.hpp"
#include "tool/top/view.hpp"

namespace vitals::tool {
namespace {

using std::chrono::milliseconds;

// An ESC that nothing follows within this is the key.
constexpr milliseconds kEndOfKey{50};
// So often times that pass are shown: since when there is no answer.
constexpr milliseconds kTick{1000};

class Screen {
 public:
  Screen(const TopArguments& arguments, std::unique_ptr<Service> service, std::chrono::nanoseconds interval,
         const ScreenOptions& options)
      : arguments_(arguments),
        options_(options),
        painter_(options.has_colour),
        poller_(arguments.service, std::move(service), interval) {}

  int run() {
    const int status = until_left();
    terminal_.reset();  // before the last scrape has been given up, which takes its time
    return status;
  }

 private:
  int until_left() {
    shown_ = newest_ = poller_.take().model;
    for (;;) {
      draw();
      const auto event = terminal_->wait(poller_.news(), keys_.is_waiting() ? kEndOfKey : kTick);
      if (event.signal != 0) return 128 + event.signal;
      if (event.is_new_size) painter_.forget();
      take(!event.bytes.empty() || !keys_.is_waiting() ? keys_.read(event.bytes) : keys_.end());
      if (view_.is_over) return 0;
      if (event.has_news && take_news()) return shown_->failure.empty() ? 0 : 3;
    }
  }

  void take(const std::vector<Key>& keys) {
    const bool was_paused = view_.is_paused;
    for (const auto& key : keys) view_.take(key, *shown_, table_rows_);
    if (was_paused && !view_.is_paused) shown_ = newest_;
  }

  // Whether --count is reached. The first window is that of the second scrape.
  bool take_news() {
    auto taken = poller_.take();
    newest_ = std::move(taken.model);
    if (!view_.is_paused) shown_ = newest_;
    if (newest_->seconds || !newest_->failure.empty()) ++updates_;
    return arguments_.count > 0 && updates_ >= arguments_.count;
  }

  void draw() {
    const auto size = Terminal::size();
    const auto frame = render(*shown_, view_, {size, options_.charset, wall_clock(), arguments_.interval});
    table_rows_ = frame.table_rows;
    terminal_->write(painter_.paint(frame, size));
  }

  const TopArguments& arguments_;
  ScreenOptions options_;
  // Before the thread, whose signals it takes.
  std::optional<Terminal> terminal_{std::in_place};
  Painter painter_;
  KeyReader keys_;
  View view_;
  std::size_t table_rows_ = 0;
  std::size_t updates_ = 0;
  std::shared_ptr<const Model> shown_, newest_;
  Poller poller_;
};

}  // namespace

int show_screen(const TopArguments& arguments, std::unique_ptr<Service> service, std::chrono::nanoseconds interval,
                const ScreenOptions& options) {
  return Screen(arguments, std::move(service), interval, options).run();
}

}  // namespace vitals::tool
