#include "core/levels/level_rules.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/levels/level_routes.hpp"
#include "core/levels/metric_name_fields.hpp"
#include "core/levels/objectives.hpp"
#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "core/text/quantity.hpp"
#include "core/text/query_types.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxLevelName = 100;
constexpr std::size_t kMaxMetricName = 200;
constexpr std::size_t kMaxTable = 127;  // a schema, a dot and a table, each as long as PostgreSQL takes names
constexpr hours kLongestTime{24};
constexpr seconds kLongestWindow = hours{24 * 366};

std::string element(const char* list, std::size_t i) { return std::string{list} + '[' + std::to_string(i) + ']'; }

// Numbers of a model that was made in C++ may be anything.
std::string shown(double number) {
  return std::isfinite(number) && number >= 0 ? decimal_text(number) : std::to_string(number);
}
std::string shown(nanoseconds time) {
  return time.count() >= 0 ? time_text(time) : std::to_string(time.count()) + "ns";
}
std::string shown(seconds time) {
  return time.count() >= 0 && time <= kLongestWindow ? time_text(time) : std::to_string(time.count()) + 's';
}

// What a threshold may be, and how it is shown.
struct Time {
  static std::string text(nanoseconds time) { return shown(time); }
  static std::string fault(nanoseconds time) {
    if (time.count() == 0) return "must be a time above 0; write one such as 150ms";
    if (time.count() < 0 || time > kLongestTime) return "is " + text(time) + "; it must be above 0 and at most 1d";
    return {};
  }
};

struct Ratio {
  static std::string text(double ratio) { return percent_text(ratio); }
  static std::string fault(double ratio) {
    if (ratio > 0 && ratio < 1) return {};
    if (ratio > 1) return "is " + shown(ratio) + ", which is more than all; write less than 1, which is 100% in a file";
    return "must lie between 0% and 100%, without them, so that it can be met and missed; write one such as 99.9%";
  }
};

struct Rate {
  static std::string text(double rate) { return rate_text(rate); }
  static std::string fault(double rate) {
    return rate > 0 && std::isfinite(rate) ? "" : "must be a rate above 0; write one such as 100/s";
  }
};

// What is higher than a threshold is worse, or what is lower.
enum class Better { Lower, Higher };

class LevelRules {
 public:
  explicit LevelRules(const ServiceLevels& levels) : levels_(levels) {}

  std::vector<LevelMistake> mistakes() {
    if (!declares_something()) add("", "no level is declared; add one, such as latency, error_rate or availability");
    window();
    bad_statuses();
    latency();
    ratio("error_rate", levels_.error_rate, Better::Lower);
    ratio("availability", levels_.availability, Better::Higher);
    if (levels_.error_rate) can_fire(levels_.error_rate->target, "error_rate.target");
    if (levels_.availability) can_fire(1 - levels_.availability->target, "availability.target");
    if (levels_.throughput) thresholds<Rate>("throughput", *levels_.throughput, Better::Higher);
    endpoints("endpoint_classes", levels_.endpoint_classes, true);
    endpoints("route_budgets", levels_.route_budgets, false);
    query_budgets();
    ratio("cache_hit_ratio", levels_.cache_hit_ratio, Better::Higher);
    ratio("memory_usage", levels_.memory_usage, Better::Lower);
    ratio("pool_usage", levels_.pool_usage, Better::Lower);
    burn_rate_alerts();
    metrics();
    return std::move(mistakes_);
  }

 private:
  void add(std::string where, std::string text, std::string because = {}) {
    mistakes_.push_back({std::move(where), std::move(text), std::move(because)});
  }

  bool declares_something() const {
    const auto& l = levels_;
    return !l.latency.empty() || l.error_rate || l.availability || l.throughput || !l.endpoint_classes.empty() ||
           !l.route_budgets.empty() || !l.query_budgets.empty() || l.cache_hit_ratio || l.memory_usage || l.pool_usage;
  }

  static bool is_window(seconds time) { return time >= hours{1} && time <= kLongestWindow; }

  void window() {
    if (!is_window(levels_.window))
      add("window", "'window' is " + shown(levels_.window) + "; it must be from 1h to 366d, such as 30d");
  }

  void bad_statuses() {
    if (levels_.bad_statuses.empty())
      add("bad_statuses", "'bad_statuses' is empty, so that no request could fail; write [5xx]");
    const auto& all = levels_.bad_statuses;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::string_view status = all[i];
      const auto where = element("bad_statuses", i);
      const bool is_class = status.size() == 3 && status.substr(1) == "xx";
      const bool has_digits = status.size() == 3 && status.find_first_not_of("0123456789") == std::string_view::npos;
      if (!(is_class || has_digits) || status[0] < '1' || status[0] > '5') {
        add(where, in_single_quotes(status) + " is no status; write a class such as 5xx, or a status such as 429");
      } else if (const auto first = std::ranges::find(all, status) - all.begin(); first != std::ptrdiff_t(i)) {
        add(where, in_single_quotes(status) + " comes twice; remove one", element("bad_statuses", std::size_t(first)));
      } else if (const auto whole = std::string{status[0]} + "xx"; !is_class && std::ranges::count(all, whole) > 0) {
        add(where, in_single_quotes(status) + " is one of " + whole + "; remove it");
      }
    }
  }

  // The target, and what stands beside it.
  template <class Kind, class Level>
  void thresholds(const std::string& where, const Level& level, Better better) {
    const auto target_fault = Kind::fault(level.target);
    if (!target_fault.empty()) add(where + ".target", "'target' " + target_fault);
    const auto one = [&](const char* name, const auto& threshold) {
      if (!threshold) return;
      const auto at = where + '.' + name;
      const auto what = '\'' + std::string{name} + "' ";
      if (const auto fault = Kind::fault(*threshold); !fault.empty()) {
        add(at, what + fault);
      } else if (target_fault.empty() &&
                 (better == Better::Lower ? *threshold < level.target : *threshold > level.target)) {
        add(at,
            what + "must not be stricter than the target; write " +
                (better == Better::Lower ? "at least " : "at most ") + Kind::text(level.target) + ", or leave it out",
            where + ".target");
      }
    };
    one("critical", level.critical);
    one("alert", level.alert);
    if (level.alert_after < seconds{0} || level.alert_after > seconds{kLongestTime})
      add(where + ".alert_after",
          "'alert_after' is " + shown(level.alert_after) + "; it must be from 0s to 1d, such as 5m");
  }

  // Thresholds on response times.
  template <class Level>
  void times(const std::string& where, const Level& level) {
    if (const auto fault = Ratio::fault(level.objective); !fault.empty())
      add(where + ".objective", "'objective' " + fault);
    thresholds<Time>(where, level, Better::Lower);
  }

  void ratio(const char* name, const std::optional<RatioLevel>& level, Better better) {
    if (level) thresholds<Ratio>(name, *level, better);
  }

  // An error budget can be burnt at 1 / budget times its pace at most: then every request is bad.
  void can_fire(double budget, const std::string& where) {
    if (!(budget > 0 && budget < 1) || levels_.burn_rate_alerts.empty()) return;
    const auto fires = [&](const BurnRateAlert& alert) { return detail::can_fire(alert, budget); };
    if (std::ranges::any_of(levels_.burn_rate_alerts, fires)) return;
    add(where,
        "its error budget, " + percent_text(rounded(budget, 6)) + ", burns at " + decimal_text(rounded(1 / budget, 6)) +
            " times its pace at most, so that no burn rate alert can fire; add one with a lower burn_rate, such as 1",
        "burn_rate_alerts");
  }

  void latency() {
    std::map<double, std::size_t> seen;
    for (std::size_t i = 0; i < levels_.latency.size(); ++i) {
      const auto& level = levels_.latency[i];
      const auto where = element("latency", i);
      times(where, level);
      if (!Ratio::fault(level.objective).empty()) continue;
      can_fire(1 - level.objective, where + ".objective");
      const auto before = seen.find(level.objective);
      if (before != seen.end())
        add(where + ".objective", "a second level has the objective " + percent_text(level.objective) + "; remove one",
            element("latency", before->second) + ".objective");
      seen.insert_or_assign(level.objective, i);
    }
  }

  // A text that becomes a label or stands in a message.
  void text(const std::string& where, const std::string& what, std::string_view value, std::size_t most) {
    if (value.empty()) {
      add(where, what + " is empty; write one");
    } else if (value.size() > most || !is_plain_text(value) || value.front() == ' ' || value.back() == ' ') {
      add(where, what + " is " + in_single_quotes(value) + "; it must be UTF-8 of at most " + std::to_string(most) +
                     " bytes, without control characters and blanks at its ends");
    }
  }

  void name(const char* list, std::size_t i, const std::string& value, std::map<std::string, std::size_t>& seen) {
    const auto where = element(list, i) + ".name";
    text(where, "'name'", value, kMaxLevelName);
    if (value.empty()) return;
    if (const auto [first, is_new] = seen.emplace(value, i); !is_new)
      add(where,
          "a second one of " + std::string{list} + " is called " + in_single_quotes(value) + "; names must differ",
          element(list, first->second) + ".name");
  }

  void endpoints(const char* list, const std::vector<EndpointLevel>& all, bool have_budgets) {
    std::map<std::string, std::size_t> names;
    routes_.clear();
    std::optional<std::size_t> others;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& level = all[i];
      const auto where = element(list, i);
      name(list, i, level.name, names);
      routes(list, i, level);
      if (level.others && others)
        add(where + ".others", "a second one of " + std::string{list} + " has all other routes; list the routes of one",
            element(list, *others) + ".others");
      if (level.others) others = i;
      times(where, level);
      if (have_budgets && Ratio::fault(level.objective).empty()) can_fire(1 - level.objective, where + ".objective");
    }
  }

  void routes(const char* list, std::size_t i, const EndpointLevel& level) {
    const auto where = element(list, i);
    if (level.others == !level.routes.empty())
      add(where, level.others
                     ? "'others' is for all routes that are not listed; leave out 'routes' or 'others'"
                     : in_single_quotes(level.name) + " has no routes; add 'routes', or 'others: true' for all others");
    for (std::size_t k = 0; k < level.routes.size(); ++k)
      route(where + '.' + element("routes", k), level, level.routes[k]);
  }

  void route(const std::string& where, const EndpointLevel& level, const std::string& text) {
    if (const auto fault = route_fault(text); !fault.empty()) {
      add(where, "route " + in_single_quotes(text) + ": " + fault);
      return;
    }
    for (const auto& [method, endpoint] : level_routes(text)) {
      const auto key = std::string{method} + ' ' + without_hole_names(endpoint);
      const auto [first, is_new] = routes_.emplace(key, std::pair{&level, where});
      if (is_new) continue;
      const auto shown_route = in_single_quotes(std::string{method} + ' ' + std::string{endpoint});
      add(where,
          first->second.first == &level
              ? "route " + shown_route + " comes twice; remove one"
              : "route " + shown_route + " belongs to " + in_single_quotes(first->second.first->name) + " and to " +
                    in_single_quotes(level.name) + "; leave it in one of them",
          first->second.second);
    }
  }

  void query_budgets() {
    std::map<std::string, std::size_t> names;
    for (std::size_t i = 0; i < levels_.query_budgets.size(); ++i) {
      const auto& budget = levels_.query_budgets[i];
      const auto where = element("query_budgets", i);
      name("query_budgets", i, budget.name, names);
      labels(where, "query_types", budget.query_types);
      labels(where, "tables", budget.tables);
      if (budget.transactions && !(budget.query_types.empty() && budget.tables.empty()))
        add(where,
            "transactions have no query type and no table; leave out 'query_types' and 'tables', or 'transactions'");
      times(where, budget);
    }
  }

  void query_type(const std::string& where, const std::string& wrong) {
    auto upper = wrong;
    const auto to_upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    std::ranges::transform(upper, upper.begin(), to_upper);
    const auto near = did_you_mean(upper, kQueryTypes);
    add(where, "query type " + in_single_quotes(wrong) + " is none that the label 'query_type' can have" +
                   (near.empty() ? "; write one such as SELECT" : near));
  }

  void labels(const std::string& level, const char* list, const std::vector<std::string>& values) {
    std::map<std::string, std::size_t> seen;
    const bool are_types = std::string_view{list} == "query_types";
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto where = level + '.' + element(list, i);
      if (!are_types) {
        text(where, "a table", values[i], kMaxTable);
      } else if (std::ranges::find(kQueryTypes, values[i]) == kQueryTypes.end()) {
        query_type(where, values[i]);
        continue;
      }
      if (const auto [first, is_new] = seen.emplace(values[i], i); !is_new)
        add(where, in_single_quotes(values[i]) + " comes twice; remove one",
            level + '.' + element(list, first->second));
    }
  }

  // They are what a model has that declares none, so that it would not know of a long_window.
  bool usual_alerts_look_too_far_back() {
    if (levels_.burn_rate_alerts != ServiceLevels{}.burn_rate_alerts || !is_window(levels_.window)) return false;
    const auto longest = std::ranges::max(levels_.burn_rate_alerts, {}, &BurnRateAlert::long_window).long_window;
    if (longest <= levels_.window) return false;
    add("burn_rate_alerts",
        "the usual burn rate alerts look back " + shown(longest) +
            ": add burn_rate_alerts with shorter windows, or a window of " + shown(longest) + " at least",
        "window");
    return true;
  }

  void burn_rate_alerts() {
    const auto& all = levels_.burn_rate_alerts;
    if (all.empty()) add("burn_rate_alerts", "'burn_rate_alerts' is empty; leave it out for the usual four");
    if (usual_alerts_look_too_far_back()) return;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& alert = all[i];
      const auto where = element("burn_rate_alerts", i);
      if (!(alert.burn_rate > 0 && std::isfinite(alert.burn_rate)))
        add(where + ".burn_rate", "'burn_rate' must be a number above 0; write one such as 14.4");
      if (alert.long_window <= seconds{0} || (alert.long_window > levels_.window && is_window(levels_.window)))
        add(where + ".long_window",
            "'long_window' is " + shown(alert.long_window) + "; it must be above 0 and at most the window, " +
                shown(levels_.window),
            "window");
      if (alert.short_window <= seconds{0} || alert.short_window >= alert.long_window)
        add(where + ".short_window",
            "'short_window' is " + shown(alert.short_window) +
                "; it must be above 0 and shorter than the long window, " + shown(alert.long_window),
            where + ".long_window");
      if (const auto first = std::ranges::find(all, alert) - all.begin(); first != std::ptrdiff_t(i))
        add(where, "the same alert comes twice; remove one", element("burn_rate_alerts", std::size_t(first)));
    }
  }

  void metrics() {
    const auto on = [this](const char* own, const std::string& name) {
      text(std::string{"metrics."} + own, "the name of " + in_single_quotes(own), name, kMaxMetricName);
    };
    each_metric_name(on, levels_.metrics);
  }

  const ServiceLevels& levels_;
  std::vector<LevelMistake> mistakes_;
  // Of the list that is judged: by method and endpoint whose it is, and where it stands.
  std::map<std::string, std::pair<const EndpointLevel*, std::string>> routes_;
};

}  // namespace

std::vector<LevelMistake> level_mistakes(const ServiceLevels& levels) { return LevelRules(levels).mistakes(); }

void throw_mistakes(const std::string& owner, const std::vector<LevelMistake>& mistakes) {
  if (mistakes.empty()) return;
  std::string lines;
  for (const auto& [where, text, because] : mistakes)
    lines.append("\n" + where).append(where.empty() ? "" : ": ").append(text);
  throw std::invalid_argument(owner + ": service levels:" + lines);
}

}  // namespace vitals::detail
