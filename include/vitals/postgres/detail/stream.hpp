#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/postgres/detail/call.hpp>

namespace vitals::detail {

/// What stream() of libpqxx 7 gives, timed until it dies. For range-for only, and not movable, as the original.
template <class Stream>
class PgStream {
  template <class Inner>
  class Iterator {
   public:
    Iterator(PgStream& home, Inner inner) : home_{home}, inner_{std::move(inner)} {}

    decltype(auto) operator*() const {
      return home_.guarded([this]() -> decltype(auto) { return *inner_; });
    }
    Iterator& operator++() {
      home_.guarded([this] { ++inner_; });
      home_.call_.set_rows(++home_.rows_);
      return *this;
    }
    template <class End>
    friend bool operator!=(const Iterator& it, const End& end) {
      return it.inner_ != end;
    }

   private:
    PgStream& home_;
    Inner inner_;
  };

 public:
  /// make() gives the stream.
  template <class Make>
  PgStream(PgMetrics& metrics, PgSpan* span, std::string_view sql, Make make)
      : sql_{sql}, call_{metrics, span, PgText::Sql, sql_}, stream_{guarded(make)} {
    call_.set_rows(0);
  }
  PgStream(const PgStream&) = delete;
  PgStream& operator=(const PgStream&) = delete;

  auto begin() {
    return guarded([this] { return Iterator<decltype(stream_.begin())>{*this, stream_.begin()}; });
  }
  auto end() { return stream_.end(); }

 private:
  template <class Function>
  decltype(auto) guarded(Function&& fn) {
    try {
      return fn();
    } catch (...) {
      call_.fail();
      throw;
    }
  }

  std::string sql_;  // a copy, since the caller's text need not live as long as the stream
  PgCall call_;
  std::size_t rows_ = 0;
  Stream stream_;
};

}  // namespace vitals::detail
