#include "http/endpoint/connection.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <span>
#include <utility>

#include <poll.h>

#include <vitals/counter.hpp>
#include <vitals/http/scrape.hpp>

#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/name_query.hpp"
#include "http/endpoint/server.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMaxRequests = 10'000;             // on one connection
constexpr milliseconds kTurnWait{250};                     // of a scrape, for its turn in the queue
constexpr milliseconds kLinger{1'000};                     // for the client to take the answer and close first
constexpr std::size_t kMaxDrained = std::size_t{1} << 20;  // bytes thrown away meanwhile
constexpr milliseconds kWriteGrace{5'000};
constexpr std::size_t kWriteBytesPerMillisecond = 1;  // about 1 KiB/s

// Leaves a tenth, or a quarter of a second, for the answer to travel.
milliseconds soft_deadline(milliseconds scraper_waits) {
  const milliseconds travel = std::max(scraper_waits / 10, milliseconds{250});
  return scraper_waits - std::min(travel, scraper_waits / 2);
}

}  // namespace

Connection::Connection(Server& server, std::size_t slot, const PeerKey& peer)
    : server_{server}, slot_{slot}, peer_{peer}, socket_{server.loop()}, deadline_{server.loop()} {}

void Connection::start() {
  enter(Phase::Silent, server_.options().header_timeout);
  read();
}

void Connection::close() noexcept {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  scrape_.reset();
  server_.forget(slot_);
  socket_.close();
  drop_body();
  deadline_.cancel();
}

void Connection::wind_down() noexcept {
  keep_open_ = false;
  if (phase_ != Phase::Writing && phase_ != Phase::Gathering) close();
}

bool Connection::is_reset() noexcept {
  pollfd socket{socket_.descriptor(), 0, 0};
  return poll(&socket, 1, 0) > 0 && (socket.revents & (POLLERR | POLLHUP)) != 0;
}

void Connection::enter(Phase phase, Clock::duration limit) {
  phase_ = phase;
  since_ = Clock::now();
  arm(limit);
}

void Connection::arm(Clock::duration limit) {
  deadline_.set(limit, [this] { on_deadline(); });
}

void Connection::on_deadline() {
  if (phase_ == Phase::Gathering) {
    const bool is_scrape = scrape_->wanted.live.empty();
    scrape_.reset();
    if (is_scrape) (has_begun_ ? server_.metrics().scrapes_timed_out : server_.metrics().scrapes_refused).inc();
    return answer(error_response(503), keep_open_);
  }
  if (phase_ != Phase::Idle && phase_ != Phase::Closing) server_.metrics().dropped_too_slow.inc();
  close();
}

void Connection::expect_request() {
  enter(Phase::Idle, server_.options().idle_timeout);
  try_head();
}

void Connection::read() {
  socket_.read(std::span{buffer_}.subspan(buffered_),
               [self = shared_from_this()](bool failed, std::size_t n) { self->on_read(failed, n); });
}

void Connection::on_read(bool failed, std::size_t n) {
  if (closed_) return;
  if (failed) return close();
  if (phase_ == Phase::Silent) phase_ = Phase::Header;  // its deadline and its age go on
  buffered_ += n;
  try_head();
}

void Connection::try_head() {
  const auto [status, bytes] = scanner_.scan({buffer_.data(), buffered_});
  if (phase_ == Phase::Idle && scanner_.has_begun()) enter(Phase::Header, server_.options().header_timeout);
  if (status != 0) {
    request_ = {};
    return refuse(status);
  }
  bytes > 0 ? respond(bytes) : read();
}

void Connection::respond(std::size_t head_bytes) {
  request_ = {};
  const int status = parse_request_head({buffer_.data(), head_bytes}, request_);
  buffered_ -= head_bytes;
  std::memmove(buffer_.data(), buffer_.data() + head_bytes, buffered_);
  scanner_.restart();
  if (status != 200) return refuse(status);

  keep_open_ = request_.keep_alive && ++requests_ < kMaxRequests && !server_.is_stopping();
  const Page page = find_page(request_.target, server_.pages());
  if (page == Page::Metrics) return scrape();
  if (page == Page::LiveData) return gather(server_.live_data(request_.target));
  if (page == Page::LiveFile)
    return answer(live_file(request_.target, accepts_gzip(request_.accept_encoding)), keep_open_);
  answer(page == Page::Levels ? server_.levels_response() : page_response(page, server_.is_ready(), server_.pages()),
         keep_open_);
}

void Connection::scrape() {
  NameQuery query = parse_name_query(query_of(request_.target));
  if (!query.fault.empty())
    return answer({.status = 400, .body = std::make_shared<const std::string>(query.fault)}, keep_open_);
  gather({.exposition = choose_exposition(request_.accept), .names = std::move(query.names)});
}

// Its turn comes at once or soon; in a burst that is a matter of milliseconds.
void Connection::gather(Wanted wanted) {
  wanted.gzip = accepts_gzip(request_.accept_encoding);
  has_begun_ = false;
  enter(Phase::Gathering, kTurnWait);
  // `this` is good: a connection that ends takes its scrape along, and nothing is called then.
  scrape_ = std::make_shared<ScrapeQueue::Scrape>(
      ScrapeQueue::Scrape{.wanted = std::move(wanted),
                          .begin = [this] { return begin_scrape(); },
                          .finish = [this](Response response) { finish_scrape(std::move(response)); }});
  server_.scrapes().add(scrape_);
}

bool Connection::begin_scrape() {
  if (is_reset()) {
    close();
    return false;
  }
  has_begun_ = true;
  const auto own = request_.scrape_timeout;
  arm(since_ + (own.count() > 0 ? soft_deadline(own) : server_.options().scrape_timeout) - Clock::now());
  return true;
}

void Connection::finish_scrape(Response response) {
  if (scrape_->wanted.live.empty())
    (response.status == 200 ? server_.metrics().scrapes_ok : server_.metrics().scrapes_failed).inc();
  scrape_.reset();
  answer(std::move(response), keep_open_);
}

void Connection::refuse(int status) { answer(error_response(status), false); }

void Connection::answer(Response response, bool keep_open) {
  keep_open_ = keep_open;
  const std::string_view http_1_0 = request_.is_http_1_0 ? "keep-alive" : "";
  head_ = render_head(response, keep_open ? http_1_0 : "close", std::time(nullptr));
  body_ = request_.is_head ? nullptr : std::move(response.body);
  sent_ = 0;
  enter(Phase::Writing, server_.options().write_timeout);
  send();
}

// The limit grows with what the client takes, up to the total.
void Connection::send() {
  const auto earned = kWriteGrace + milliseconds{sent_ / kWriteBytesPerMillisecond};
  arm(since_ + std::min<milliseconds>(earned, server_.options().write_timeout) - Clock::now());

  const auto head_sent = std::min(sent_, head_.size());
  const std::string_view body = body_ ? std::string_view{*body_} : std::string_view{};
  const auto body_sent = sent_ - head_sent;
  socket_.write(std::string_view{head_}.substr(head_sent), body.substr(body_sent),
                [self = shared_from_this()](bool failed, std::size_t n) { self->on_sent(failed, n); });
}

void Connection::on_sent(bool failed, std::size_t n) {
  if (closed_) return;
  if (failed) return close();
  sent_ += n;
  if (sent_ < head_.size() + (body_ ? body_->size() : 0)) return send();
  drop_body();
  keep_open_ ? expect_request() : linger();
}

void Connection::drop_body() noexcept {
  if (std::exchange(body_, nullptr) != nullptr) server_.scrapes().body_was_freed();
}

// Closing with bytes unread would send a reset, which may overtake the answer and undo it.
void Connection::linger() {
  enter(Phase::Closing, kLinger);
  socket_.shut_down_writing();
  drain();
}

void Connection::drain() {
  socket_.read(buffer_, [self = shared_from_this()](bool failed, std::size_t n) {
    if (self->closed_) return;
    self->drained_ += n;
    failed || self->drained_ > kMaxDrained ? self->close() : self->drain();
  });
}

}  // namespace vitals::detail
