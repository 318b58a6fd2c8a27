#include "http/endpoint/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <poll.h>

#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/server.hpp"

namespace vitals::detail {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using std::chrono::milliseconds;

constexpr std::uint64_t kMaxRequests = 10'000;             // on one connection
constexpr milliseconds kPlaceWait{250};                    // for one of the max_scrapes_in_flight
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

Connection::Connection(Server& server, std::size_t slot, asio::ip::tcp::socket socket, const PeerKey& peer)
    : server_{server}, slot_{slot}, peer_{peer}, socket_{std::move(socket)}, deadline_{socket_.get_executor()} {}

void Connection::start() {
  enter(Phase::Silent, server_.options().header_timeout);
  read();
}

void Connection::close() noexcept {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  server_.forgo_place(*this);
  server_.forget(slot_);
  Error ignored;
  socket_.close(ignored);
  drop_body();
  deadline_.cancel(ignored);
}

void Connection::wind_down() noexcept {
  keep_open_ = false;
  if (phase_ != Phase::Writing && phase_ != Phase::Gathering) close();
}

bool Connection::is_reset() noexcept {
  pollfd socket{socket_.native_handle(), 0, 0};
  return poll(&socket, 1, 0) > 0 && (socket.revents & (POLLERR | POLLHUP)) != 0;
}

void Connection::enter(Phase phase, Clock::duration limit) {
  phase_ = phase;
  since_ = Clock::now();
  arm(limit);
}

void Connection::arm(Clock::duration limit) {
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this()](const Error& error) {
    const auto self = weak.lock();
    // A deadline that had passed may still be under way here when a later one was set.
    if (!error && self && !self->closed_ && self->deadline_.expiry() <= Clock::now()) self->on_deadline();
  });
}

void Connection::on_deadline() {
  if (phase_ == Phase::Gathering) {
    if (!has_place_) server_.forgo_place(*this);
    (has_place_ ? server_.metrics().scrapes_timed_out : server_.metrics().scrapes_refused).inc();
    return answer(error_response(503), keep_open_);
  }
  if (phase_ != Phase::Idle && phase_ != Phase::Closing) server_.metrics().dropped_too_slow.inc();
  close();
}

void Connection::expect_request() {
  if (buffered_ > 0) {
    enter(Phase::Header, server_.options().header_timeout);
    try_head();
  } else {
    enter(Phase::Idle, server_.options().idle_timeout);
    read();
  }
}

void Connection::read() {
  socket_.async_read_some(asio::buffer(buffer_.data() + buffered_, buffer_.size() - buffered_),
                          [self = shared_from_this()](const Error& error, std::size_t n) { self->on_read(error, n); });
}

void Connection::on_read(const Error& error, std::size_t n) {
  if (closed_) return;
  if (error) return close();
  if (phase_ == Phase::Idle) enter(Phase::Header, server_.options().header_timeout);
  if (phase_ == Phase::Silent) phase_ = Phase::Header;  // its deadline and its age go on
  buffered_ += n;
  try_head();
}

void Connection::try_head() {
  const auto [status, bytes] = scanner_.scan({buffer_.data(), buffered_});
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
  const Page page = find_page(request_.target);
  if (page == Page::Metrics) return wait_for_place();
  answer(page_response(page, server_.is_ready()), keep_open_);
}

// The client gets its place at once, or when one becomes free soon; in a burst that is a matter of milliseconds.
void Connection::wait_for_place() {
  has_place_ = false;
  ++gather_;
  enter(Phase::Gathering, kPlaceWait);
  server_.want_place(*this);
}

void Connection::gather(std::shared_ptr<void> place) {
  has_place_ = true;
  const auto own = request_.scrape_timeout;
  arm(since_ + (own.count() > 0 ? soft_deadline(own) : server_.options().scrape_timeout) - Clock::now());
  server_.gatherer().submit(choose_exposition(request_.accept), accepts_gzip(request_.accept_encoding),
                            [weak = weak_from_this(), gather = gather_, place = std::move(place),
                             &server = server_](Response response) mutable {
                              asio::post(server.io(), [weak, gather, place = std::move(place), &server,
                                                       response = std::move(response)]() mutable {
                                place.reset();  // before the answer goes: whoever has it may ask again
                                if (const auto self = weak.lock()) self->on_gathered(gather, std::move(response));
                                server.give_places();
                              });
                            });
}

void Connection::on_gathered(std::uint64_t gather, Response response) {
  if (closed_ || phase_ != Phase::Gathering || gather != gather_) return;
  (response.status == 200 ? server_.metrics().scrapes_ok : server_.metrics().scrapes_failed).inc();
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
  const std::array<asio::const_buffer, 2> rest{asio::buffer(head_.data() + head_sent, head_.size() - head_sent),
                                               asio::buffer(body.data() + body_sent, body.size() - body_sent)};
  socket_.async_write_some(rest,
                           [self = shared_from_this()](const Error& error, std::size_t n) { self->on_sent(error, n); });
}

void Connection::on_sent(const Error& error, std::size_t n) {
  if (closed_) return;
  if (error) return close();
  sent_ += n;
  if (sent_ < head_.size() + (body_ ? body_->size() : 0)) return send();
  drop_body();
  keep_open_ ? expect_request() : linger();
}

// Others may wait for the memory.
void Connection::drop_body() noexcept {
  if (std::exchange(body_, nullptr) != nullptr) server_.give_places_soon();
}

// Closing with bytes unread would send a reset, which may overtake the answer and undo it.
void Connection::linger() {
  enter(Phase::Closing, kLinger);
  Error ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  drain();
}

void Connection::drain() {
  socket_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](const Error& error, std::size_t n) {
    if (self->closed_) return;
    self->drained_ += n;
    error || self->drained_ > kMaxDrained ? self->close() : self->drain();
  });
}

}  // namespace vitals::detail
