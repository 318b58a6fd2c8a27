#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/detail/abi.hpp>
#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {

class Registry;

/// What the end of a PushGateway does.
enum class PushOnExit {
  Nothing,  ///< what was pushed stays
  Push,     ///< push() once more
  Remove,   ///< remove()
};

/// How the gateway is known, and how this program is known to it; for an https address.
struct PushTls {
  std::string ca{};           ///< a PEM file; without one the system's certificates judge
  std::string certificate{};  ///< a PEM file, and its key, for a gateway that asks for one
  std::string key{};          ///< a PEM file without a passphrase
};

/// Where metrics are pushed, as what, and how long that may take.
struct PushOptions {
  /// Of the gateway: http or https, and what its paths begin with if anything: "http://127.0.0.1:9091".
  std::string url{};
  /// The group of metrics that is replaced and removed as one is named by `job` and these labels.
  std::string job{};
  std::vector<Label> grouping{};
  /// Protobuf, which has native histograms and exemplars, or Text.
  Format format = Format::Protobuf;

  /// For a whole push(), add() or remove(), with all attempts and the pauses between them. This and the next two are
  /// from 1 ms to a day.
  std::chrono::milliseconds deadline{10'000};
  std::chrono::milliseconds attempt_timeout{5'000};  ///< for one request and its answer
  /// The pause before another attempt is of random length, at most 100 ms at first, then twice as long each time up to
  /// this.
  std::chrono::milliseconds retry_max{5'000};

  std::string username{};  ///< basic authentication
  std::string password{};
  std::string password_file{};      ///< in place of `password`; of one line. This and the next are read for each push
  std::string bearer_token_file{};  ///< of one line; excludes `username`
  PushTls tls{};
  /// Further headers of each request: {{"X-Scope-OrgID", "team"}}.
  std::vector<Label> headers{};

  /// Above zero: a thread calls push() so often, for the first time after a random part of it. At most a day.
  std::chrono::milliseconds interval{0};
  /// In the destructor, within `deadline`.
  PushOnExit on_exit = PushOnExit::Nothing;
  /// Called with the message of each push by `interval` or `on_exit` that failed, on the thread `vitals-push` or that
  /// of the destructor; what it throws is dropped. If it ends the first one (pthread_exit), or a callback of the
  /// registry does, pushes go on in another one. Without one a line is written to stderr when the pushes of `interval`
  /// begin to fail and one when they succeed again, for at most one outage in 10 s, and one if that of `on_exit` fails.
  /// [](std::string_view) {} for silence.
  std::function<void(std::string_view message)> on_error{};
};

/// What became of a push. A plain value.
struct PushResult {
  bool ok = false;
  int status = 0;         ///< of HTTP, of the last answer; 0: there was none
  unsigned attempts = 0;  ///< requests that were made
  std::string message{};  ///< why it failed and what to do, for people; empty if ok

  explicit operator bool() const noexcept { return ok; }
};

/// Pushes a registry to a Pushgateway, for jobs that end before anybody could scrape them.
/// Thread-safe; one push at a time, so that an older state never replaces a newer one.
/// Cost: no thread without PushOptions::interval, with it one, `vitals-push`, which receives no signals. A push renders
/// the registry once, however many attempts it takes, and makes a connection for each.
/// Lifetime: the registry must outlive it. After fork() it is the parent's: in the child it pushes nothing.
///
/// Counts in the registry: vitals_push_total.
class PushGateway {
 public:
  /// Throws std::invalid_argument, naming the option, its value, the rule and the fix, if an option makes no sense or a
  /// file of it can't be read; std::system_error if the thread can't be started, std::runtime_error if libcurl can't.
  /// Does not connect: a gateway that is down is no error.
  PushGateway(Registry& registry, PushOptions options);
  PushGateway(const PushGateway&) = delete;
  PushGateway& operator=(const PushGateway&) = delete;
  /// Breaks off a push of `interval` that is under way, then does what `on_exit` says; before that, what was sent has a
  /// second for its answer, so that the gateway doesn't store it later. Waits for callbacks of the registry.
  ~PushGateway();

  /// Replaces all metrics of the group by those of the registry (PUT).
  ///
  /// This and the next two return within `deadline`, and what callbacks of the registry take. They throw nothing but
  /// std::bad_alloc, since a job goes on without its metrics: look at the result. Repeated are attempts that no answer
  /// came to, and those that the gateway answered with 5xx or 429, after its Retry-After if there is one.
  PushResult push();
  /// Replaces those metrics of the group that have the name of one in the registry (POST).
  PushResult add();
  /// Takes all metrics of the group away (DELETE), whoever pushed them.
  PushResult remove();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitals
