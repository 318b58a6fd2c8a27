#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/buckets.hpp>
#include <vitals/collector_token.hpp>
#include <vitals/counter.hpp>
#include <vitals/detail/label_name.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/native.hpp>
#include <vitals/peak_gauge.hpp>
#include <vitals/samples.hpp>
#include <vitals/state_set.hpp>
#include <vitals/summary.hpp>

namespace vitals::detail {

template <class List>
concept LabelList = !NameText<List> && requires(const List& labels) {
  { *std::begin(labels) } -> std::convertible_to<std::string_view>;
  std::end(labels);
};

// 0: only known when the program runs, or no list at all.
template <class List>
struct LabelCount : std::integral_constant<std::size_t, 0> {};
template <class Name, std::size_t N>
struct LabelCount<Name[N]> : std::integral_constant<std::size_t, N> {};
template <class Name, std::size_t N>
struct LabelCount<std::array<Name, N>> : std::integral_constant<std::size_t, N> {};
template <class Name, std::size_t N>
requires(N != std::dynamic_extent) struct LabelCount<std::span<Name, N>> : std::integral_constant<std::size_t, N> {
};
template <class List>
inline constexpr std::size_t kLabels = LabelCount<List>::value == 0 ? 1 : LabelCount<List>::value;

template <std::size_t N>
struct NameArray {
  LabelName array[N];
};
template <LabelList List>
NameArray<kLabels<List>> label_names(const List& labels) {
  static_assert(LabelCount<List>::value > 0,
                "vitals: how many labels there are must be known when this is compiled: give their names as "
                "{\"method\", \"status\"} or as a std::array, not as a std::vector; names that are known only when "
                "the program runs as vitals::LabelNames{names}");
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return NameArray<kLabels<List>>{{*std::next(std::begin(labels), I)...}};
  }
  (std::make_index_sequence<kLabels<List>>{});
}

/// The calls of Scope whose label names stand in an array that has a name, std::array or not; and calls that must
/// not compile, so that they say why.
template <class Scope>
class LabelArrays {
 public:
  template <LabelList L>
  Family<Counter, kLabels<L>>& counter(std::string_view name, std::string_view help, const L& labels,
                                       const FamilyOptions& options = {}) const {
    return self().counter(name, help, label_names(labels).array, options);
  }
  template <LabelList L>
  Family<Gauge, kLabels<L>>& gauge(std::string_view name, std::string_view help, const L& labels,
                                   const FamilyOptions& options = {}) const {
    return self().gauge(name, help, label_names(labels).array, options);
  }
  template <LabelList L>
  Family<Histogram, kLabels<L>>& histogram(std::string_view name, std::string_view help, const L& labels) const {
    return self().histogram(name, help, label_names(labels).array);
  }
  template <LabelList L>
  Family<Histogram, kLabels<L>>& histogram(std::string_view name, std::string_view help, const L& labels,
                                           const Buckets& buckets, const FamilyOptions& options = {}) const {
    return self().histogram(name, help, label_names(labels).array, buckets, options);
  }
  template <LabelList L, std::same_as<Native> Kind>
  Family<Histogram, kLabels<L>>& histogram(std::string_view name, std::string_view help, const L& labels,
                                           const Kind& native, const FamilyOptions& options = {}) const {
    return self().histogram(name, help, label_names(labels).array, native, options);
  }
  template <LabelList L, std::same_as<Native> Kind>
  Family<Histogram, kLabels<L>>& histogram(std::string_view name, std::string_view help, const L& labels,
                                           const Buckets& buckets, const Kind& native,
                                           const FamilyOptions& options = {}) const {
    return self().histogram(name, help, label_names(labels).array, buckets, native, options);
  }
  template <LabelList L>
  Family<Summary, kLabels<L>>& summary(std::string_view name, std::string_view help, const L& labels,
                                       const SummaryOptions& summary = {}, const FamilyOptions& options = {}) const {
    return self().summary(name, help, label_names(labels).array, summary, options);
  }
  template <LabelList L>
  Family<PeakGauge, kLabels<L>>& peak_gauge(std::string_view name, std::string_view help, const L& labels,
                                            const PeakOptions& peak = {}, const FamilyOptions& options = {}) const {
    return self().peak_gauge(name, help, label_names(labels).array, peak, options);
  }
  template <LabelList L>
  Family<StateSet, kLabels<L>>& state_set(std::string_view name, std::string_view help, const L& labels,
                                          const States& states, const FamilyOptions& options = {}) const {
    return self().state_set(name, help, label_names(labels).array, states, options);
  }
  template <LabelList L>
  Family<Gauge, kLabels<L>>& untyped(std::string_view name, std::string_view help, const L& labels,
                                     const FamilyOptions& options = {}) const {
    return self().untyped(name, help, label_names(labels).array, options);
  }
  template <LabelList L>
  CollectorToken gauge_callback(std::string_view name, std::string_view help, const L& labels,
                                const std::type_identity_t<std::function<void(Samples<kLabels<L>>&)>>& callback) const {
    return self().gauge_callback(name, help, label_names(labels).array, callback);
  }
  template <LabelList L>
  CollectorToken counter_callback(
      std::string_view name, std::string_view help, const L& labels,
      const std::type_identity_t<std::function<void(Samples<kLabels<L>>&)>>& callback) const {
    return self().counter_callback(name, help, label_names(labels).array, callback);
  }

  // Not to be called.
  template <std::size_t N, class... More>
  Family<Histogram, N>& histogram(std::string_view, std::string_view, const Buckets&, const LabelName (&)[N],
                                  const More&...) const {
    return labels_come_first<Histogram, N>();
  }
  template <std::same_as<Native> Kind, std::size_t N, class... More>
  Family<Histogram, N>& histogram(std::string_view, std::string_view, const Kind&, const LabelName (&)[N],
                                  const More&...) const {
    return labels_come_first<Histogram, N>();
  }
  template <std::size_t N, class... More>
  Family<Summary, N>& summary(std::string_view, std::string_view, const SummaryOptions&, const LabelName (&)[N],
                              const More&...) const {
    return labels_come_first<Summary, N>();
  }
  template <std::size_t N, class... More>
  Family<PeakGauge, N>& peak_gauge(std::string_view, std::string_view, const PeakOptions&, const LabelName (&)[N],
                                   const More&...) const {
    return labels_come_first<PeakGauge, N>();
  }
  // {{"zone", "a"}}, which SummaryOptions::quantiles would take for a pair of iterators.
  template <NameText Text, std::size_t N, std::size_t Parts, class... More>
  requires(Parts > 1) Family<Summary, N>
  &summary(std::string_view, std::string_view, const Text (&texts)[N][Parts], const More&...) const {
    (void)LabelName{texts[0][0], texts[0][1]};
    __builtin_unreachable();
  }

 protected:
  LabelArrays() = default;
  ~LabelArrays() = default;

 private:
  template <class Metric, std::size_t N>
  Family<Metric, N>& labels_come_first() const {
    static_assert(N == 0,
                  "vitals: label names come right after the help text, before buckets and other options: "
                  "histogram(\"a_seconds\", \"Help.\", {\"kind\"}, vitals::Buckets{0.1, 1})");
    __builtin_unreachable();
  }
  const Scope& self() const noexcept { return static_cast<const Scope&>(*this); }
};

}  // namespace vitals::detail
