#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <string_view>

#include <vitals/detail/given_label.hpp>
#include <vitals/family.hpp>

namespace vitals {

namespace detail {
struct SampleSink;
void add_sample(SampleSink& sink, double value, const std::string_view* values);
void add_sample(SampleSink& sink, double value, const GivenLabel* labels, std::size_t n);
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

/// The same of a callback whose label names were given as LabelNames.
class DynamicSamples {
 public:
  explicit DynamicSamples(detail::SampleSink& sink) noexcept : sink_{sink} {}

  /// Adds a series: its value, and its labels as for DynamicFamily::with(), which also says what of them is refused:
  /// the callback then counts as one that threw, unless it catches that.
  void add(double value, std::initializer_list<detail::GivenLabel> labels) {
    detail::add_sample(sink_, value, labels.begin(), labels.size());
  }
  template <detail::LabelRange Labels>
  void add(double value, Labels&& labels) {
    const detail::GivenLabels all{labels};
    detail::add_sample(sink_, value, all.begin(), all.size());
  }

 private:
  detail::SampleSink& sink_;
};

namespace detail {

template <class AnySamples>
std::function<void(SampleSink&)> into_sink(const std::function<void(AnySamples&)>& callback) {
  if (!callback) return nullptr;
  return [callback](SampleSink& sink) {
    AnySamples samples{sink};
    callback(samples);
  };
}
template <std::size_t N>
std::function<void(SampleSink&)> sink_callback(const std::function<void(Samples<N>&)>& callback) {
  return into_sink(callback);
}

}  // namespace detail
}  // namespace vitals
