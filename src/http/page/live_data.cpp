#include "http/page/live_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "core/formats/json_members.hpp"
#include "core/text/metric_types.hpp"
#include "http/page/service_metrics.hpp"
#include "http/page/stretch.hpp"
#include "http/page/tile.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kMaxSeries = 50;
constexpr double kP50 = 0.5, kP95 = 0.95, kP99 = 0.99;

double seconds(UnixNanos time) { return std::round(static_cast<double>(time) / 1e6) / 1e3; }

// To the seven digits that a curve can show at most.
void append_values(std::string& out, const std::vector<double>& values) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    char text[16];
    const auto value = static_cast<float>(values[i]);
    out.append(text, std::isfinite(value) ? std::to_chars(text, std::end(text), value).ptr : text);
    if (!std::isfinite(value)) out += "null";
  }
  out += ']';
}

void add_labels(JsonMembers& members, const std::vector<Label>& labels) {
  std::string& out = members.key("labels") += '{';
  JsonMembers inner{out};
  for (const auto& label : labels) inner.add(label.name, std::string_view{label.value});
  out += '}';
}

// Labels of a budget, with what the gauge says now.
class Budgets {
 public:
  struct Budget {
    double seconds = kUnknown;
    std::string_view slo_class = "none";
  };

  Budgets(const Stretch& stretch, std::string_view metric, std::vector<std::string_view> names)
      : names_{std::move(names)} {
    stretch.for_each(metric, [&](const auto& labels, const Track& track) {
      const auto rows = stretch.rows(track);
      if (!rows.empty()) known_[key(labels)] = {rows.back().last, label_of(labels, "slo_class")};
    });
  }
  [[nodiscard]] Budget of(const std::vector<Label>& labels) const {
    const auto found = known_.find(key(labels));
    return found != known_.end() ? found->second : Budget{};
  }

 private:
  [[nodiscard]] std::vector<std::string_view> key(const std::vector<Label>& labels) const {
    std::vector<std::string_view> values;
    for (const auto name : names_) values.push_back(label_of(labels, name));
    return values;
  }

  const std::vector<std::string_view> names_;
  std::map<std::vector<std::string_view>, Budget> known_;
};

void add_timings(JsonMembers& members, const Timings& times) {
  members.add("count", times.count())
      .add("rate", times.per_second())
      .add("p50", times.quantile(kP50))
      .add("p95", times.quantile(kP95))
      .add("p99", times.quantile(kP99))
      .add("beyond", times.is_beyond(kP99));
  append_values(members.key("values"), times.quantiles(kP95));
}

void add_budget(JsonMembers& members, const Timings& times, double budget) {
  members.add("budget", budget).add("used", times.quantile(kP95) / budget);
}

class LiveJson {
 public:
  LiveJson(const LiveInput& input, std::chrono::seconds range)
      : input_{input},
        stretch_{input.history, range},
        metrics_{service_metrics(input.history, input.levels)},
        range_{range} {}

  std::string all() {
    JsonMembers members{out_ += '{'};
    head(members);
    tiles_of(members);
    routes(members);
    statements(members);
    caches(members);
    pools_of(members);
    members.key("levels") += input_.levels_json.empty() ? std::string_view{"null"} : input_.levels_json;
    links(members);
    traced(members, "slowest", input_.slowest);
    traced(members, "failures", input_.failures);
    list(members);
    return std::move(out_ += "}\n");
  }

  std::optional<std::string> metric(std::string_view name) {
    const auto found = input_.history.families().find(name);
    if (found == input_.history.families().end()) return std::nullopt;
    const FamilyHistory& family = found->second;
    JsonMembers members{out_ += '{'};
    describe(members, found->first, family);
    slots(members);
    members.add("series_in_all", std::uint64_t{family.tracks.size()});
    add_series(members, family);
    return std::move(out_ += "}\n");
  }

 private:
  void head(JsonMembers& members) {
    double started = kUnknown;
    stretch_.for_each("process_start_time_seconds", [&](const auto&, const Track& track) {
      for (const auto& row : stretch_.rows(track)) started = row.last;
    });
    if (!input_.version.empty()) members.add("version", input_.version);
    members.add("now", seconds(input_.now))
        .add("started", started)
        .add("history_since", seconds(input_.first_sample))
        .add("range_seconds", range_)
        .add("covered_seconds", std::round(stretch_.seconds() * 1e3) / 1e3)
        .add("interval_seconds", History::kInterval)
        .add("left_out", std::uint64_t{input_.history.left_out()})
        .add("built_in_targets", input_.levels == nullptr);
    slots(members);
  }

  // Back from now, by how long they are: no clock that was set makes them overlap.
  void slots(JsonMembers& members) {
    std::vector<std::pair<UnixNanos, HistorySlot>> ends;
    UnixNanos end = input_.now;
    for (auto slot = stretch_.slots().rbegin(); slot != stretch_.slots().rend(); ++slot) {
      ends.emplace_back(end, *slot);
      end -= slot->length.count();
    }
    std::ranges::reverse(ends);
    append_json_objects(members.key("slots"), "", ends, [this](const auto& slot) {
      JsonMembers{out_}
          .add("end", seconds(slot.first))
          .add("seconds", seconds(slot.second.length.count()))
          .add("gap", slot.second.has_gap);
    });
  }

  void tiles_of(JsonMembers& members) {
    append_json_objects(members.key("tiles"), "\n", tiles(stretch_, input_.levels), [this](const Tile& tile) {
      JsonMembers inner{out_};
      inner.add("name", std::string_view{tile.name})
          .add("label", std::string_view{tile.label})
          .add("unit", tile.unit)
          .add("value", tile.value)
          .add("target", tile.target)
          .add("critical", tile.critical)
          .add("better", std::string_view{tile.less_is_better ? "lower" : "higher"})
          .add("verdict", tile.verdict())
          .add("count", tile.count)
          .add("beyond", tile.is_beyond);
      append_values(inner.key("values"), tile.values);
    });
  }

  // By method and endpoint, whatever other labels there are.
  void routes(JsonMembers& members) {
    struct Route {
      const std::vector<Label>* labels;
      Timings times;
      Counts all, bad;
    };
    std::map<std::pair<std::string_view, std::string_view>, Route> routes;
    const auto route_of = [&](const std::vector<Label>& labels) -> Route& {
      const std::pair key{label_of(labels, metrics_.method), label_of(labels, metrics_.endpoint)};
      return routes.try_emplace(key, Route{&labels, Timings{stretch_}, Counts{stretch_}, Counts{stretch_}})
          .first->second;
    };
    stretch_.for_each(metrics_.durations,
                      [&](const auto& labels, const Track& track) { route_of(labels).times.add(track); });
    stretch_.for_each(metrics_.requests, [&](const auto& labels, const Track& track) {
      Route& route = route_of(labels);
      route.all.add(track);
      if (is_bad_status(label_of(labels, metrics_.status), levels())) route.bad.add(track);
    });
    const Budgets budgets{stretch_, "http_endpoint_budget_seconds", {metrics_.method, metrics_.endpoint}};
    append_json_objects(members.key("routes"), "\n", routes, [&](const auto& entry) {
      const auto& [key, route] = entry;
      const auto budget = budgets.of(*route.labels);
      JsonMembers inner{out_};
      inner.add("method", key.first).add("endpoint", key.second);
      inner.add("class", budget.slo_class == "none" ? std::nullopt : std::optional{budget.slo_class});
      add_timings(inner, route.times);
      inner.add("errors", route.bad.total()).add("error_ratio", route.bad.share_of(route.all));
      add_budget(inner, route.times, budget.seconds);
    });
  }

  void statements(JsonMembers& members) {
    const Budgets budgets{stretch_, "db_query_budget_seconds", {metrics_.query_type, metrics_.table}};
    std::map<std::pair<std::string_view, std::string_view>, std::pair<const std::vector<Label>*, Timings>> statements;
    stretch_.for_each(metrics_.statements, [&](const auto& labels, const Track& track) {
      const std::pair key{label_of(labels, metrics_.query_type), label_of(labels, metrics_.table)};
      statements.try_emplace(key, &labels, Timings{stretch_}).first->second.second.add(track);
    });
    append_json_objects(members.key("statements"), "\n", statements, [&](const auto& entry) {
      const auto& [key, statement] = entry;
      JsonMembers inner{out_};
      inner.add("query_type", key.first).add("table", key.second);
      add_timings(inner, statement.second);
      add_budget(inner, statement.second, budgets.of(*statement.first).seconds);
    });
  }

  void caches(JsonMembers& members) {
    std::map<std::string_view, std::pair<Counts, Counts>> caches;  // hits and all
    stretch_.for_each(metrics_.cache, [&](const auto& labels, const Track& track) {
      auto& cache = caches.try_emplace(label_of(labels, "cache_type"), stretch_, stretch_).first->second;
      cache.second.add(track);
      if (label_of(labels, metrics_.hit) == "true") cache.first.add(track);
    });
    append_json_objects(members.key("caches"), "\n", caches, [this](const auto& entry) {
      const auto& [hits, all] = entry.second;
      JsonMembers inner{out_};
      inner.add("cache_type", entry.first)
          .add("hits", hits.total())
          .add("misses", all.total() - hits.total())
          .add("ratio", hits.share_of(all));
      append_values(inner.key("values"), hits.shares_of(all));
    });
  }

  void pools_of(JsonMembers& members) {
    append_json_objects(members.key("pools"), "\n", pools(stretch_), [this](const PoolUse& pool) {
      JsonMembers inner{out_};
      inner.add("kind", pool.kind)
          .add("pool", std::string_view{pool.name})
          .add("in_use", pool.in_use.back())
          .add("size", pool.size);
      append_values(inner.key("values"), pool.in_use);
    });
  }

  void links(JsonMembers& members) {
    std::string& out = members.key("links") += '[';
    for (const auto& link : input_.links) {
      if (&link != input_.links.data()) out += ',';
      append_json(out, std::string_view{link});
    }
    out += ']';
  }

  void traced(JsonMembers& members, std::string_view name, std::span<const TracedRequest> requests) {
    append_json_objects(members.key(name), "\n", requests, [this](const TracedRequest& request) {
      JsonMembers{out_}
          .add("method", label_of(request.labels, metrics_.method))
          .add("endpoint", label_of(request.labels, metrics_.endpoint))
          .add("status", label_of(request.labels, metrics_.status))
          .add("seconds", request.seconds)
          .add("time", seconds(request.exemplar.timestamp))
          .add("trace_id", label_of(request.exemplar.labels, "trace_id"));
    });
  }

  void list(JsonMembers& members) {
    append_json_objects(members.key("metrics"), "\n", input_.history.families(), [this](const auto& entry) {
      JsonMembers inner{out_};
      describe(inner, entry.first, entry.second);
      inner.add("series", std::uint64_t{entry.second.tracks.size()});
    });
  }

  static void describe(JsonMembers& members, std::string_view name, const FamilyHistory& family) {
    members.add("name", name)
        .add("type", text_type_name(family.type))
        .add("help", std::string_view{family.help})
        .add("unit", std::string_view{family.unit});
  }

  // The busiest first: of gauges the greatest.
  void add_series(JsonMembers& members, const FamilyHistory& family) {
    struct Series {
      const std::vector<Label>* labels;
      const Track* track;
      double weight;
    };
    std::vector<Series> series;
    for (const auto& [labels, track] : family.tracks) {
      double weight = 0;
      for (const auto& row : stretch_.rows(track)) {
        weight += row.increase + static_cast<double>(row.count());
        if (!std::isnan(row.last)) weight = row.last;
      }
      series.push_back({&labels, &track, weight});
    }
    std::ranges::stable_sort(series, std::ranges::greater{}, &Series::weight);
    if (series.size() > kMaxSeries) series.resize(kMaxSeries);
    append_json_objects(members.key("series"), "\n", series, [this](const Series& one) {
      JsonMembers inner{out_};
      add_labels(inner, *one.labels);
      add_track(inner, *one.track);
    });
  }

  void add_track(JsonMembers& members, const Track& track) {
    if (track.type() == MetricType::Histogram) {
      Timings times{stretch_};
      times.add(track);
      add_timings(members, times);
      append_values(members.key("rates"), times.rates());
    } else if (track.type() == MetricType::Counter) {
      Counts counts{stretch_};
      counts.add(track);
      members.add("value", counts.per_second());
      append_values(members.key("values"), counts.rates());
    } else {
      std::vector<double> values;
      for (const auto& row : stretch_.rows(track)) values.push_back(row.last);
      members.add("value", values.empty() ? kUnknown : values.back());
      append_values(members.key("values"), values);
    }
  }

  [[nodiscard]] const ServiceLevels& levels() const noexcept {
    return input_.levels != nullptr ? *input_.levels : none_;
  }

  const LiveInput& input_;
  const Stretch stretch_;
  const ServiceMetrics metrics_;
  const std::chrono::seconds range_;
  const ServiceLevels none_{};
  std::string out_;
};

}  // namespace

std::string live_json(const LiveInput& input, std::chrono::seconds range) { return LiveJson{input, range}.all(); }

std::optional<std::string> metric_json(const LiveInput& input, std::string_view name, std::chrono::seconds range) {
  return LiveJson{input, range}.metric(name);
}

}  // namespace vitals::detail
