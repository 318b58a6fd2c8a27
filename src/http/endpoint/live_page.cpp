#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <unistd.h>

#include <vitals/http/live_page.hpp>
#include <vitals/level_status.hpp>
#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/exposition.hpp"
#include "core/system/lasting_thread.hpp"
#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/gzip.hpp"
#include "http/endpoint/page_files.hpp"
#include "http/endpoint/response.hpp"
#include "http/page/live_state.hpp"

namespace vitals {
namespace {

constexpr const char* kText = "text/plain; charset=utf-8";

PageResponse compressed_if(bool gzips, PageResponse response) {
  response.more_headers += "Vary: Accept-Encoding\r\n";
  if (!gzips || response.body.size() < detail::kMinBytesToCompress) return response;
  auto smaller = detail::gzip(response.body);
  if (!smaller) return response;
  response.body = std::move(*smaller);
  response.more_headers += "Content-Encoding: gzip\r\n";
  return response;
}

}  // namespace

struct LivePage::Impl {
  Impl(Registry& from, const LivePageOptions& options)
      : registry{from}, links{options.links}, live{options.levels, options.max_history_bytes} {
    if (options.levels != nullptr) level_status.emplace(from, *options.levels);
    thread.start("vitals-page", [this] { sample(); });
  }
  ~Impl() {
    {
      const std::lock_guard lock{mutex};
      stopping = true;
    }
    changed.notify_all();
    thread.join();
  }

  void sample() {
    std::unique_lock lock{mutex};
    while (!changed.wait_until(lock, live.next_sample(), [this] { return stopping; })) {
      lock.unlock();
      sample_live();
      if (level_status) level_status->sample();
      lock.lock();
    }
  }

  // Callbacks run on this thread, and may end it: that costs the sample.
  void sample_live() {
    try {
      live.sample(detail::snapshot(detail::Access::state(registry)));
    } catch (const std::bad_alloc&) {
      live.skip_sample();
    } catch (...) {
      live.skip_sample();
      throw;
    }
  }

  std::string level_json() { return level_status ? level_status->to_json() : std::string{}; }

  const pid_t process = getpid();
  Registry& registry;
  const std::vector<std::string> links;
  detail::LiveState live;
  std::optional<LevelStatus> level_status;
  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  detail::LastingThread thread;
};

LivePage::LivePage(Registry& registry, const LivePageOptions& options) {
  if (options.max_history_bytes > detail::kMaxHistoryBytes)
    throw std::invalid_argument("vitals::LivePageOptions: max_history_bytes must be at most 1 GiB");
  impl_ = std::make_unique<Impl>(registry, options);
}

LivePage::~LivePage() {
  // In a forked child there is no thread to be joined, and its state is as the fork found it: left alone.
  if (impl_->process != getpid()) (void)impl_.release();
}

PageResponse LivePage::serve(std::string_view path, std::string_view query,
                             std::string_view accept_encoding) const noexcept try {
  const std::string common{detail::kCommonHeaders};
  const bool gzips = detail::accepts_gzip(accept_encoding);
  if (detail::is_live_data(path)) {
    auto answer = impl_->live.answer(std::string{path}.append(1, '?').append(query),
                                     {.levels_json = impl_->level_json(), .links = impl_->links});
    return compressed_if(gzips, {answer.status, std::string{detail::kJson}, common, std::move(answer.json)});
  }
  const auto* const file = detail::find_page_file(path);
  if (file == nullptr) return {404, kText, common, "Not Found\n"};
  return {200, std::string{file->content_type}, common + std::string{detail::page_file_headers(gzips)},
          detail::page_file_body(*file, gzips)};
} catch (...) {  // out of memory, of which these texts, short enough to live in the strings themselves, need none
  return {500, "text/plain", {}, "no memory\n"};
}

}  // namespace vitals
