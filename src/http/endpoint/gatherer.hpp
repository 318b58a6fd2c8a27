#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <vitals/exposition.hpp>

#include "http/endpoint/body.hpp"
#include "http/endpoint/response.hpp"
#include "http/endpoint/user_calls.hpp"
#include "http/page/live_state.hpp"

namespace vitals {

class Registry;

namespace detail {

struct EndpointMetrics;
class RegistryState;

// What a client asks for.
struct Wanted {
  std::size_t registry = 0;  // which one
  Exposition exposition = {};
  std::vector<std::string> names = {};  // of the families, as detail::expose() takes them; empty: all
  std::string live = {};                // instead: what LiveState answers to this
  LiveState::Surroundings around = {};  // for that
  Encoding encoding = Encoding::Identity;

  /// Whether one rendering does for both, whatever their encodings; and whether one answer does.
  [[nodiscard]] bool has_text_of(const Wanted& other) const;
  [[nodiscard]] bool has_answer_of(const Wanted& other) const {
    return has_text_of(other) && encoding == other.encoding &&
           content_type(exposition) == content_type(other.exposition);
  }
};

// Renders registries on a thread of its own and takes the samples of the live page. Collectors are asked on another
// thread, once for all that is asked for together. A collector that takes too long is left out.
class Gatherer {
 public:
  using Deliver = std::function<void(Response)>;
  struct Job {
    Wanted wanted;
    Deliver deliver;
    std::weak_ptr<const void> wanted_by;  // once it has ended, so has the job
  };
  struct Settings {
    std::vector<std::shared_ptr<RegistryState>> registries;
    std::chrono::milliseconds collector_timeout;
    std::shared_ptr<BodyBudget> budget;
    std::shared_ptr<LiveState> live;            // of the first registry; null: no live page
    std::function<void()> on_idle;              // called as deliver is, when a batch has ended
    std::function<void(UserCalls::Call)> call;  // calls a function of the program; called as deliver is
  };

  Gatherer(Settings settings, EndpointMetrics& metrics);
  ~Gatherer() { stop(std::chrono::seconds{1}); }
  Gatherer(const Gatherer&) = delete;
  Gatherer& operator=(const Gatherer&) = delete;

  // deliver is called on the other thread, under a lock: it must do no more than pass the answer on. Destroyed uncalled
  // if stop() comes first, or memory is short.

  /// Scrapes that are gathered together, once collectors were asked for all of them. What happened before this call is
  /// in the answers.
  /// The number of the batch.
  std::uint64_t submit(std::vector<Job> batch);
  /// At once: an answer of the live page; or a scrape, with what collectors have given by now in the gathering that is
  /// under way.
  void hurry(Job job);
  /// Whether a batch is under way, or a sample.
  [[nodiscard]] bool is_busy() const;
  /// Nobody waits any more for this batch: of its collectors those that were not asked yet are not asked.
  void give_up(std::uint64_t batch);

  /// No deliver is called any more. Waits for the threads at most that long: if a callback of the registry hangs, its
  /// thread is left to it, which holds what it needs of the registry and ends when the callback does.
  void stop(std::chrono::milliseconds patience) noexcept;

 private:
  struct State;

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace detail
}  // namespace vitals
