#include "http/endpoint/connection.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <span>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/ioctl.h>

#include <vitals/counter.hpp>
#include <vitals/gauge.hpp>
#include <vitals/http/scrape.hpp>

#include "http/access/access_control.hpp"
#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/name_query.hpp"
#include "http/endpoint/server.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMaxRequests = 10'000;             // on one connection
constexpr milliseconds kTurnWait{250};                     // of a scrape, for a place in a batch
constexpr milliseconds kPartial{250};                      // for what there is, once it can't wait for all
constexpr milliseconds kDenial{250};                       // before a wrong login is answered
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

Connection::Connection(Server& server, std::size_t slot, const Peer& peer)
    : server_{server}, slot_{slot}, peer_{peer}, socket_{server.loop()}, deadline_{server.loop()} {}

void Connection::start() {
  if (!socket_.has_tls()) {
    enter(Phase::Silent, server_.options().header_timeout);
    return read();
  }
  enter(Phase::Handshake, server_.options().header_timeout);
  socket_.handshake([self = shared_from_this()](const std::string* failure) {
    if (self->closed_) return;
    if (failure != nullptr) {
      self->server_.metrics().dropped_handshake.inc();
      self->server_.tell(EventLog::Kind::HandshakeFailed, self->peer_, "failed in the handshake of TLS: " + *failure);
      return self->close();
    }
    self->enter(Phase::Silent, self->server_.options().header_timeout);
    self->read();
  });
}

// Over TLS it would take a handshake to say anything.
void Connection::turn_away() {
  if (socket_.has_tls()) return close();
  phase_ = Phase::Closing;
  keep_open_ = false;
  began_ = Clock::now();
  answer(error_response(503), false);
}

void Connection::close() noexcept {
  if (std::exchange(closed_, true)) return;
  const auto self = shared_from_this();
  end_scrape();
  login_.reset();
  {
    const auto lock = ForkGuard::without_forks();
    server_.forget(slot_);
    socket_.close();
  }
  drop_body();
  deadline_.cancel();
}

void Connection::wind_down() {
  keep_open_ = false;
  if (phase_ == Phase::Gathering) return on_gathering_deadline();
  if (phase_ != Phase::Writing) close();
}

Standing Connection::standing(Clock::time_point now, short events) noexcept {
  const bool waits_for_us = phase_ == Phase::Writing && (events & POLLOUT) != 0;  // its kernel has room for more
  const auto worth = [&] {
    if (phase_ == Phase::Closing) return Worth::Leaving;  // and holds no place that it could give up
    if ((events & (POLLERR | POLLHUP)) != 0) return Worth::Reset;
    int unread = 0;  // none where it is readable since the client has shut down its side
    const bool has_unread = (events & POLLIN) != 0 && ioctl(socket_.descriptor(), FIONREAD, &unread) == 0 && unread > 0;
    switch (phase_) {
      case Phase::Handshake:
        // A handshake that goes on is as good as a head that comes in one piece.
        if (has_unread) return Worth::Unread;
        if (now - since_ > kSlowAfter) return Worth::Head;
        return socket_.has_begun_handshake() ? Worth::Greeting : Worth::NewlySilent;
      case Phase::Header:
        return Worth::Head;
      case Phase::Login:
        return login_ ? worth_of_login() : Worth::Head;
      case Phase::Silent:
        if (has_unread) return Worth::Unread;
        if (now - since_ > kSilentAfter) return Worth::Silent;
        return socket_.has_tls() ? Worth::Greeted : Worth::NewlySilent;
      case Phase::Idle:
        return has_unread ? Worth::Unread : Worth::Idle;
      case Phase::Writing:
        if (buffered_ > 0 || has_unread) return Worth::Stuck;
        return waits_for_us ? Worth::Reading : worth_of_reader(now - progress_, sent_);
      default:
        // Who has sent further requests meanwhile does not wait for this answer.
        if (buffered_ > 0 || has_unread) return Worth::Stuck;
        return phase_ == Phase::Calling ? Worth::Calling : Worth::Gathering;
    }
  };
  return {.peer = peer_.key(),
          .worth = worth(),
          .since = waits_for_us               ? now
                   : phase_ == Phase::Writing ? progress_
                                              : since_,
          .known_since = server_.known_since(peer_.key())};
}

Worth Connection::worth_of_login() const {
  switch (server_.logins().trust(peer_.key(), server_.known_since(peer_.key()) != Clock::time_point::max())) {
    case LoginQueue::Trust::Failed:
      return Worth::Head;
    case LoginQueue::Trust::NeighbourFailed:
      return Worth::Doubted;
    default:
      return Worth::LoggingIn;
  }
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
  if (phase_ == Phase::Gathering) return on_gathering_deadline();
  if (phase_ == Phase::Calling) {
    server_.tell_page_fault(request_.target, "gave no answer within " +
                                                 std::to_string(server_.options().collector_timeout.count()) +
                                                 " ms (collector_timeout)");
    return answer(error_response(503));
  }
  if (phase_ == Phase::Login && !login_) return deny();
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
    began_ = Clock::now();
    return refuse(status);
  }
  bytes > 0 ? respond(bytes) : read();
}

void Connection::respond(std::size_t head_bytes) {
  request_ = {};
  began_ = Clock::now();
  const int status = parse_request_head({buffer_.data(), head_bytes}, request_);
  buffered_ -= head_bytes;
  std::memmove(buffer_.data(), buffer_.data() + head_bytes, buffered_);
  scanner_.restart();
  if (status != 200) return refuse(status);
  keep_open_ = request_.keep_alive && ++requests_ < kMaxRequests && !server_.is_stopping();
  judge();
}

// Who asks, before what is asked.
void Connection::judge() {
  if (!server_.allows_host(request_.host)) {
    server_.tell(EventLog::Kind::NotAllowed, peer_, "asked for a host that is none of allowed_hosts, and got 403");
    return refuse(403);
  }
  switch (server_.access().authenticator().judge(request_.authorization)) {
    case Authenticator::Verdict::Granted:
      return serve();
    case Authenticator::Verdict::Denied:
      return request_.authorization.empty() ? deny() : deny_later();
    case Authenticator::Verdict::MustVerify:
      return log_in();
  }
}

void Connection::log_in() try {
  enter(Phase::Login, server_.options().header_timeout);
  login_ = std::make_shared<const int>();
  server_.logins().add({.peer = peer_.key(),
                        .is_known = server_.known_since(peer_.key()) != Clock::time_point::max(),
                        .authorization = request_.authorization,
                        .deliver =
                            [&loop = server_.loop(), weak = weak_from_this()](bool granted) {
                              loop.post([weak, granted] {
                                if (const auto self = weak.lock()) self->on_login(granted);
                              });
                            },
                        .wanted_by = login_});
} catch (const std::system_error&) {  // no thread to be had
  answer(error_response(503), false);
}

void Connection::on_login(bool granted) {
  if (closed_ || phase_ != Phase::Login) return;
  login_.reset();
  granted ? serve() : deny_later();
}

// Who guesses is slowed down.
void Connection::deny_later() {
  server_.metrics().logins_failed.inc();
  server_.tell(EventLog::Kind::LoginFailed, peer_, "sent a wrong name, password or token");
  enter(Phase::Login, kDenial);
}

void Connection::deny() {
  Response response = error_response(401);
  response.challenge = server_.access().authenticator().challenge();
  answer(std::move(response), keep_open_);
}

void Connection::serve() {
  if (!server_.access().rate_limiter().admit(Clock::now())) return refuse(429);
  const Found found = server_.find(request_.target);
  switch (found.page) {
    case Page::Metrics:
      return scrape(server_.registry_of(found));
    case Page::LiveData:
      return gather(server_.live_data(request_.target));
    case Page::LiveFile:
      return answer(
          live_file(request_.target, choose_encoding(request_.accept_encoding) == Encoding::Gzip, server_.budget()));
    case Page::Healthy:
    case Page::Own:
      return server_.call(*this, found, request_.target);
    case Page::Levels:
      return answer(server_.levels_response());
    default:
      return answer(server_.page_response(found.page));
  }
}

std::uint64_t Connection::wait_for_call() {
  enter(Phase::Calling, server_.options().collector_timeout);
  return ++calls_;
}

void Connection::on_call(std::uint64_t call, const Response& response) {
  if (phase_ == Phase::Calling && call == calls_) answer(response);
}

void Connection::scrape(std::size_t registry) {
  NameQuery query = parse_name_query(query_of(request_.target));
  if (!query.fault.empty()) return answer({.status = 400, .body = make_body(query.fault)});
  gather({.registry = registry, .exposition = choose_exposition(request_.accept), .names = std::move(query.names)});
}

void Connection::gather(Wanted wanted) {
  wanted.encoding = choose_encoding(request_.accept_encoding);
  is_hurried_ = false;
  const bool is_live = !wanted.live.empty();
  // `this` is good: a connection that ends takes its scrape along, and nothing is called then.
  scrape_ = std::make_shared<ScrapeQueue::Scrape>(
      ScrapeQueue::Scrape{.wanted = std::move(wanted),
                          .peer = peer_.key(),
                          .turn = server_.turn_of(peer_.key()),
                          .finish = [this](Response response) { finish_scrape(std::move(response)); }});
  if (is_live) {
    enter(Phase::Gathering, server_.options().scrape_timeout);
    is_hurried_ = true;
    return server_.scrapes().hurry(scrape_);
  }
  server_.metrics().scrapes_under_way.inc();
  server_.scrapes().add(scrape_);
  const auto own = request_.scrape_timeout;
  const auto patience = own.count() > 0 ? soft_deadline(own) : server_.options().scrape_timeout;
  enter(Phase::Gathering, scrape_->has_place ? patience : std::min<milliseconds>(patience, kTurnWait));
}

// One that found a place within its wait for one waits on; then it gets what there is.
void Connection::on_gathering_deadline() {
  if (!scrape_) return close();  // it had no memory for its answer
  const auto own = request_.scrape_timeout;
  const auto patience = own.count() > 0 ? soft_deadline(own) : server_.options().scrape_timeout;
  const auto left = since_ + patience - Clock::now();
  if (scrape_->has_place && !is_hurried_ && !server_.is_stopping() && left > milliseconds{1}) return arm(left);
  if (scrape_->has_place && !is_hurried_) {
    is_hurried_ = true;
    arm(kPartial);
    return server_.scrapes().hurry(scrape_);
  }
  if (scrape_->wanted.live.empty())
    (scrape_->has_place ? server_.metrics().scrapes_timed_out : server_.metrics().scrapes_refused).inc();
  end_scrape();
  server_.scrapes().look_again();
  answer(error_response(503));
}

void Connection::finish_scrape(Response response) {
  if (scrape_->wanted.live.empty() && response.status != 503) server_.count_answer(peer_.key());
  auto& metrics = server_.metrics();
  if (scrape_->wanted.live.empty()) {
    (response.status == 503   ? metrics.scrapes_refused
     : response.status != 200 ? metrics.scrapes_failed
     : is_hurried_            ? metrics.scrapes_partial
                              : metrics.scrapes_ok)
        .inc();
  }
  end_scrape();
  if (is_hurried_) server_.scrapes().look_again();
  answer(std::move(response));
}

void Connection::end_scrape() noexcept {
  if (scrape_ && scrape_->wanted.live.empty()) server_.metrics().scrapes_under_way.dec();
  scrape_.reset();
}

void Connection::refuse(int status) { answer(error_response(status), false); }

void Connection::answer(Response response, bool keep_open) {
  keep_open_ = keep_open && !server_.is_stopping() && server_.may_stay(*this);
  status_ = response.status;
  const std::string_view http_1_0 = request_.is_http_1_0 ? "keep-alive" : "";
  head_ = render_head(response, keep_open_ ? http_1_0 : "close", std::time(nullptr), *server_.access().headers());
  body_ = request_.is_head ? nullptr : std::move(response.body);
  sent_ = 0;
  piece_ = 0;
  piece_sent_ = 0;
  // Who is turned away holds no place, nor while it is told so.
  enter(phase_ == Phase::Closing ? Phase::Closing : Phase::Writing, server_.options().write_timeout);
  progress_ = since_;
  send();
}

// The limit grows with what the client takes, up to the total.
void Connection::send() {
  const auto earned = kWriteGrace + milliseconds{sent_ / kWriteBytesPerMillisecond};
  const auto limit = phase_ == Phase::Closing ? kLinger : server_.options().write_timeout;
  arm(since_ + std::min<milliseconds>(earned, limit) - Clock::now());

  const auto head_sent = std::min(sent_, head_.size());
  const bool has_body = body_ && piece_ < body_->pieces().size();
  const std::string_view piece = has_body ? std::string_view{body_->pieces()[piece_]} : std::string_view{};
  socket_.write(std::string_view{head_}.substr(head_sent), piece.substr(piece_sent_),
                [self = shared_from_this()](bool failed, std::size_t n) { self->on_sent(failed, n); });
}

void Connection::on_sent(bool failed, std::size_t n) {
  if (closed_) return;
  if (failed) return close();
  if (n > 0) progress_ = Clock::now();
  const auto of_body = n - std::min(n, head_.size() - std::min(sent_, head_.size()));
  sent_ += n;
  piece_sent_ += of_body;
  if (body_ && piece_ < body_->pieces().size() && piece_sent_ == body_->pieces()[piece_].size()) {
    ++piece_;
    piece_sent_ = 0;
  }
  if (sent_ < head_.size() + (body_ ? body_->size() : 0)) return send();
  if (phase_ != Phase::Closing) report();  // who is turned away has asked for nothing
  drop_body();
  keep_open_ ? expect_request() : linger();
}

void Connection::report() { server_.report(peer_, request_, status_, sent_ - head_.size(), Clock::now() - began_); }

void Connection::drop_body() noexcept {
  if (std::exchange(body_, nullptr) != nullptr) server_.scrapes().look_again();
}

// Closing with bytes unread would send a reset, which may overtake the answer and undo it.
void Connection::linger() {
  enter(Phase::Closing, kLinger);
  socket_.shut_down_writing([self = shared_from_this()] { self->close(); });
  if (!socket_.has_tls()) drain();
}

void Connection::drain() {
  socket_.read(buffer_, [self = shared_from_this()](bool failed, std::size_t n) {
    if (self->closed_) return;
    self->drained_ += n;
    failed || self->drained_ > kMaxDrained ? self->close() : self->drain();
  });
}

}  // namespace vitals::detail
