#include "push/pusher.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <vitals/counter.hpp>
#include <vitals/exposition.hpp>
#include <vitals/family.hpp>
#include <vitals/registry.hpp>

#include "core/system/random.hpp"
#include "core/text/printable.hpp"
#include "push/option_rules.hpp"
#include "push/push_target.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds kFirstPause{100};
constexpr std::size_t kMaxQuoted = 400;

PushOptions checked(PushOptions options) {
  check_push_options(options);
  return options;
}

Counter& pushes(Registry& registry, const char* result) {
  return registry
      .counter("vitals_push_total", "Calls of push(), add() and remove() of a PushGateway, by result: ok, failed.",
               {"result"})
      .with(result);
}

const char* word(PushMethod method) {
  constexpr const char* kWords[] = {"PUT", "POST", "DELETE"};
  return kWords[static_cast<int>(method)];
}

// Half of the limit or more, which doubles with each attempt.
milliseconds pause_after(unsigned attempts, milliseconds longest, SteadyClock::time_point now) {
  const auto limit = std::min(kFirstPause * (1U << std::min(attempts - 1, 20U)), longest);
  return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(limit.count()) * (1 + jitter_unit(now)) / 2)};
}

bool is_worth_repeating(const PushAnswer& answer) {
  return answer.status == 0 ? answer.may_recover : answer.status >= 500 || answer.status == 429;
}

std::string seconds_text(SteadyClock::duration time) {
  const auto tenths = std::chrono::duration_cast<milliseconds>(time).count() / 100;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

// A family that the gateway refuses for its timestamps; empty: there is none now.
std::string family_with_timestamp(const Registry& registry) {
  for (const FamilySnapshot& family : registry.snapshot()) {
    if (std::any_of(family.metrics.begin(), family.metrics.end(),
                    [](const auto& metric) { return metric.timestamp != 0; }))
      return family.name;
  }
  return {};
}

// What to do about an answer, if that is known.
std::string advice(const PushAnswer& answer, const Registry& registry) {
  if (answer.status == 401 || answer.status == 403) return "; give username and password, or bearer_token_file";
  if (answer.status == 404 || answer.status == 405) return "; is url the address of a Pushgateway?";
  if (answer.status == 400 && answer.body.find("timestamp") != std::string::npos) {
    if (const auto family = family_with_timestamp(registry); !family.empty())
      return "; the family \"" + printable(family, 200) +
             "\" has samples with a timestamp: let its collector leave MetricSnapshot::timestamp at 0";
  }
  return {};
}

}  // namespace

Pusher::Pusher(Registry& registry, PushOptions options)
    : registry_{registry},
      options_{checked(std::move(options))},
      target_{push_target(options_)},
      ok_{pushes(registry, "ok")},
      failed_{pushes(registry, "failed")} {
  start_libcurl();
}

std::string Pusher::about(const char* method) const {
  return std::string{"vitals::PushGateway: "} + method + ' ' + printable(target_, 300) + ": ";
}

PushResult Pusher::push(PushMethod method, PushBreak& stop) {
  const Time start = SteadyClock::now();
  {
    std::unique_lock lock{mutex_};
    if (!freed_.wait_until(lock, start + options_.deadline, [this] { return !busy_; })) {
      failed_.inc();
      return {.message = about(word(method)) + "another push was under way for the whole deadline"};
    }
    busy_ = true;
  }
  struct Turn {
    Pusher& pusher;
    bool has_result = false;
    ~Turn() {
      if (!has_result) pusher.failed_.inc();  // out of memory, or a callback has ended the thread
      const std::lock_guard lock{pusher.mutex_};
      pusher.busy_ = false;
      pusher.freed_.notify_one();
    }
  };
  Turn turn{*this};
  PushResult result = push_alone(method, start, stop);
  turn.has_result = true;
  if (!result.ok && stop.requested()) return result;  // broken off: no failure of the gateway's
  (result.ok ? ok_ : failed_).inc();
  return result;
}

PushResult Pusher::push_alone(PushMethod method, Time start, PushBreak& stop) {
  PushCredentials credentials;
  try {
    credentials = read_credentials(options_);
  } catch (const std::runtime_error& error) {
    return {.message = about(word(method)) + error.what()};
  }
  PushRequest request{.method = word(method), .url = target_, .headers = {"Expect:"}, .body = {}, .tls = options_.tls};
  for (const auto& [name, value] : options_.headers) {
    std::string& line = request.headers.emplace_back(name);
    line += value.empty() ? ";" : ": ";  // libcurl sends an empty header for a semicolon
    line += value;
  }
  if (!credentials.authorization.empty()) request.headers.push_back("Authorization: " + credentials.authorization);
  std::string body;
  if (method != PushMethod::Delete) {
    const Exposition exposition{.format = options_.format};
    expose(registry_, exposition, body);
    request.body = body;
    request.headers.push_back("Content-Type: " + std::string{content_type(exposition)});
  }
  return attempts(request, credentials, start, stop);
}

PushResult Pusher::attempts(PushRequest& request, const PushCredentials& credentials, Time start, PushBreak& stop) {
  const Time deadline = start + options_.deadline;
  PushResult result;
  std::string why;
  for (Time now = SteadyClock::now();; now = SteadyClock::now()) {
    // At least 1 ms: 0 is no limit to libcurl.
    const auto left = std::max(std::chrono::ceil<milliseconds>(deadline - now), milliseconds{1});
    const PushAnswer answer = transfer(request, std::min(left, options_.attempt_timeout), stop);
    ++result.attempts;
    now = SteadyClock::now();
    // An attempt that the deadline has cut short says less of the gateway than the one before.
    const bool is_cut_short = answer.status == 0 && left < options_.attempt_timeout && now >= deadline;
    const bool says_more = !is_cut_short || why.empty();
    if (says_more) result.status = answer.status;
    result.ok = answer.status >= 200 && answer.status < 300;
    if (result.ok) return result;

    if (says_more) why = complaint(answer, credentials);
    auto pause = pause_after(result.attempts, options_.retry_max, now);
    if (answer.retry_after) pause = std::max<milliseconds>(pause, *answer.retry_after);
    const bool again = !answer.broken_off && is_worth_repeating(answer);
    if (again && now + pause < deadline && stop.sleep_until(now + pause)) continue;

    result.message = about(request.method) + why;
    if (again && answer.retry_after)
      result.message += "; it asks to wait for " + std::to_string(answer.retry_after->count()) + " s";
    if (result.attempts > 1)
      result.message +=
          "; " + std::to_string(result.attempts) + " attempts in " + seconds_text(SteadyClock::now() - start);
    return result;
  }
}

std::string Pusher::complaint(const PushAnswer& answer, const PushCredentials& credentials) const {
  const auto quoted = [&](std::string text) {
    return printable(without_secrets(std::move(text), credentials), kMaxQuoted);
  };
  if (answer.broken_off) return "broken off by the end of the PushGateway";
  if (answer.status == 0) return quoted(answer.error) + (answer.fix.empty() ? "" : "; " + std::string{answer.fix});
  std::string text = "answered " + std::to_string(answer.status);
  if (answer.status >= 300 && answer.status < 400) {
    if (!answer.location.empty()) text += ", a redirect to " + shown_url(without_secrets(answer.location, credentials));
    return text + "; redirects are not followed: give the address that answers itself as url";
  }
  const auto end = answer.body.find_last_not_of(" \r\n");
  if (end != std::string::npos) text += ": " + quoted(answer.body.substr(0, end + 1));
  return text + advice(answer, registry_);
}

}  // namespace vitals::detail
