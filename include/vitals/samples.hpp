#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>

#include <vitals/family.hpp>

namespace vitals {

namespace detail {
struct SampleSink;
void add_sample(SampleSink& sink, double value, const std::string_view* values);
}  // namespace detail

/// What a callback with N labels gives to a scrape. Valid only within the callback.
template <std::size_t N>
class Samples {
 public:
  explicit Samples(detail::SampleSink& sink) noexcept : sink_{sink} {}

  /// Adds a series: its value, and its label values as for Family::with(). No two series may have the same ones.
  template <class... Values>
  void add(double value, const Values&... values) {
    static_assert(sizeof...(Values) == N, "vitals: add() takes the number and as many values as there are label names");
    add_views(value, detail::LabelText{detail::label_argument(values)}.view()...);
  }

 private:
  template <class... Views>
  void add_views(double value, Views... views) {
    detail::add_sample(sink_, value, std::array<std::string_view, sizeof...(Views)>{views...}.data());
  }

  detail::SampleSink& sink_;
};

namespace detail {

template <std::size_t N>
std::function<void(SampleSink&)> sink_callback(const std::function<void(Samples<N>&)>& callback) {
  if (!callback) return nullptr;
  return [callback](SampleSink& sink) {
    Samples<N> samples{sink};
    callback(samples);
  };
}

}  // namespace detail
}  // namespace vitals
