#include "tool/load/answer_reader.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

// No other source of the tool includes Boost.Beast, whose parser takes seconds to compile.
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace vitals::tool {
namespace {

namespace http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

std::string_view to_std(string_view text) { return {text.data(), text.size()}; }

}  // namespace

// Not in the anonymous namespace, as a member of AnswerReader is made of it.
struct KeptAnswer {
  AnswerReader::Wanted wanted{};
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

// Keeps of an answer what is wanted. `override` is left out where a release of Boost has no such function.
class AnswerParser final : public http::basic_parser<false> {
 public:
  explicit AnswerParser(KeptAnswer& answer) : answer_(answer) {
    header_limit(AnswerReader::kMostHead);
    body_limit(std::numeric_limits<std::uint64_t>::max());  // boost::none is a limit of 0 to Boost 1.74
    eager(true);
    skip(answer.wanted.is_head_request);
  }

 private:
  void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view, int, error_code& error) override {
    answer_.status = code;
    if (code < 100) error = http::error::bad_status;
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    if (answer_.wanted.head) answer_.headers.emplace_back(to_std(name), to_std(value));
  }
  void on_trailer_field_impl(http::field, string_view, string_view, error_code&) {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& error) override { return keep(body, error); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) override {
    return keep(body, error);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t keep(string_view body, error_code& error) {
    if (answer_.wanted.body) {
      if (answer_.body.size() + body.size() > AnswerReader::kMostBody) error = http::error::body_limit;
      if (!error) answer_.body.append(body.data(), body.size());
    }
    return body.size();
  }

  KeptAnswer& answer_;
};

struct AnswerReader::Impl {
  KeptAnswer answer;
  std::optional<AnswerParser> parser;
  int interim = 0;

  [[nodiscard]] State state(const error_code& error) {
    if (error == http::error::need_more) return State::More;
    if (error == http::error::header_limit || error == http::error::body_limit) return State::TooLarge;
    if (error) return State::Broken;
    if (!parser->is_done()) return State::More;
    // What comes before the answer, RFC 9110 15.2; 101 is an answer.
    if (answer.status >= 200 || answer.status == 101) return State::Done;
    if (++interim > kMostInterim) return State::Broken;
    restart();
    return State::More;
  }

  void restart() {
    answer.status = 0;
    answer.headers.clear();
    answer.body.clear();
    parser.emplace(answer);
  }
};

AnswerReader::AnswerReader() : impl_(std::make_unique<Impl>()) {}
AnswerReader::~AnswerReader() = default;

void AnswerReader::begin(const Wanted& wanted) {
  impl_->answer.wanted = wanted;
  impl_->interim = 0;
  if (impl_->answer.body.capacity() > kMostHead) impl_->answer.body = {};
  impl_->restart();
}

AnswerReader::State AnswerReader::read(std::string_view bytes, std::size_t& used) {
  used = 0;
  State state = State::More;
  while (state == State::More && used < bytes.size()) {
    error_code error;
    const auto taken = impl_->parser->put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), error);
    used += taken;
    state = impl_->state(error);
    if (error == http::error::need_more || taken == 0) break;
  }
  return state;
}

AnswerReader::State AnswerReader::end() {
  if (!impl_->parser->got_some()) return State::Broken;
  error_code error;
  impl_->parser->put_eof(error);
  return error || !impl_->parser->is_done() || impl_->answer.status < 200 ? State::Broken : State::Done;
}

bool AnswerReader::has_begun() const { return impl_->parser && impl_->parser->got_some(); }
int AnswerReader::status() const { return impl_->answer.status; }
bool AnswerReader::keep_alive() const { return impl_->parser->keep_alive(); }
const std::string& AnswerReader::body() const { return impl_->answer.body; }

std::string AnswerReader::header(std::string_view name) const {
  std::string all;
  for (const auto& [key, value] : impl_->answer.headers) {
    if (!boost::beast::iequals(string_view{key.data(), key.size()}, string_view{name.data(), name.size()})) continue;
    if (!all.empty()) all += ", ";
    all += value;
  }
  return all;
}

}  // namespace vitals::tool
