#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tool/check/scrape_history.hpp"
#include "tool/input/fetch.hpp"
#include "tool/top/model.hpp"
#include "tool/top/subjects.hpp"

namespace vitals::tool {

/// What is known of a service by its scrapes, of which it makes a model each time. A restart, or counters that went
/// back, begin the window anew, so that no growth is ever counted over one.
/// Memory: as ScrapeHistory, at most 256 MiB compressed and three scrapes parsed, and the last 240 values of each tile.
class Service {
 public:
  using Clock = ScrapeHistory::Clock;

  /// `source` is its address for people.
  Service(Promises promises, std::string source, Clock::duration window);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// A scrape that came at `at`, or `wall` in seconds since 1970. Throws FetchError if it isn't in the format that it
  /// is said to be in; then nothing has changed.
  void add(Clock::time_point at, double wall, const Exposed& exposed);
  /// That there was no answer, and why.
  void fail(double wall, const std::string& reason);

  [[nodiscard]] const Model& model() const { return model_; }

 private:
  [[nodiscard]] std::string restart(const Window& step) const;
  using Values = std::map<std::string, double>;  // of tiles, by their labels
  [[nodiscard]] Values look_at_step(WindowGroups& groups, const Subjects& subjects) const;
  void keep_past(const Values& values);
  void look(const Window& window, const Subjects& subjects);
  void tell(std::string event);  // what begins the window anew
  [[nodiscard]] std::string reset(WindowGroups& groups) const;

  const Promises promises_;
  const Clock::duration length_;
  ScrapeHistory history_;
  std::map<std::string, std::vector<double>> past_;  // of each tile
  std::optional<Clock::time_point> last_at_;
  Model model_;
};

}  // namespace vitals::tool
