#include "tool/load/scenario_reader.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "core/text/printable.hpp"
#include "tool/load/request_reader.hpp"
#include "tool/load/scenario_yaml.hpp"
#include "tool/load/server.hpp"
#include "tool/load/variable_reader.hpp"

namespace vitals::tool {
namespace {

using detail::in_single_quotes;

constexpr std::size_t kDefaultConnections = 64;
constexpr std::int64_t kMostConnections = 50'000;
constexpr std::int64_t kMostThreads = 256;
constexpr double kMostDuration = 30 * kDay;
constexpr double kMostTimeout = 3600;
constexpr double kMostStages = 1000;
constexpr std::size_t kMostRequests = 1000;  // each has a histogram, whose 867 buckets targets are judged by
constexpr const char* kOneOf = "'rate', 'stages' and 'users'";

// Reads the file and what the command line says in its place, as if that stood there.
class ScenarioReader {
 public:
  ScenarioReader(const YamlValue& root, const ScenarioOptions& options,
                 const std::vector<detail::YamlError>& syntax = {})
      : root_(root), yaml_(syntax) {
    over("url", options.url);
    over("rate", options.rate);
    over("users", options.users);
    over("duration", options.duration);
    over("timeout", options.timeout);
    over("connections", options.connections);
    over("threads", options.threads);
    over("seed", options.seed);
    over("arrivals", options.poisson ? "poisson" : "");
  }

  Scenario read(std::string_view file) {
    if (root_.kind == YamlValue::Kind::Null) {
      yaml_.add(root_, "the file is empty; vitals load init writes one to start from");
    } else {
      keys_ = yaml_.entries(
          root_, "a scenario",
          {"url", "rate", "stages", "arrivals", "users", "think_time", "ramp_up", "duration", "connections", "threads",
           "timeout", "seed", "headers", "variables", "setup", "user_setup", "requests"});
      if (root_.kind == YamlValue::Kind::Map) contents();
    }
    if (const auto lines = yaml_.lines(file); !lines.empty()) throw std::invalid_argument(lines);
    return std::move(scenario_);
  }

 private:
  void over(std::string_view key, const std::string& text) {
    if (text.empty()) return;
    auto& value = given_[key];
    value.kind = YamlValue::Kind::Scalar;
    value.place = kCommandLine;
    value.scalar = text;
  }

  [[nodiscard]] const YamlValue* find(std::string_view key) const {
    if (const auto given = given_.find(key); given != given_.end()) return &given->second;
    // What the command line says of the pace goes for all that the file says of it.
    const bool is_pace = key == "rate" || key == "stages" || key == "users";
    if (is_pace && (given_.contains("rate") || given_.contains("users"))) return nullptr;
    const auto found = keys_.find(key);
    return found == keys_.end() ? nullptr : found->second;
  }

  void contents() {
    url();
    pace();
    limits();
    names();
    RequestReader reader(yaml_, names_, scenario_.variables);
    if (const auto* map = find("headers")) reader.common_headers(*map);
    if (const auto* list = find("setup")) requests(*list, "setup", reader, scenario_.setup);
    if (const auto* list = find("user_setup")) {
      requests(*list, "user_setup", reader, scenario_.user_setup);
      if (given_.contains("rate")) {
        yaml_.add(*list,
                  "'user_setup' needs users; --rate sends none: give --users, or move these requests to 'setup'");
      } else if (scenario_.users == 0 && find("users") == nullptr) {
        yaml_.add(*list, "'user_setup' needs 'users'; requests that are sent once stand under 'setup'");
      }
    }
    if (const auto* list = find("requests")) {
      requests(*list, "requests", reader, scenario_.requests);
    } else {
      yaml_.add(root_, "the file has no 'requests'; add a list of them, such as '- request: GET /api/clients'");
    }
  }

  void url() {
    const auto* value = find("url");
    if (!value) {
      yaml_.add(root_, "the file has no 'url'; add it, such as 'url: http://127.0.0.1:8080', or give --url");
      return;
    }
    const auto* text = yaml_.scalar(*value, "url", "an address such as http://127.0.0.1:8080");
    if (!text) return;
    scenario_.url = *text;
    while (scenario_.url.ends_with('/') && !scenario_.url.ends_with("//")) scenario_.url.pop_back();
    auto fault = server_url_fault(scenario_.url);
    if (fault.empty() && scenario_.url.find('/', scenario_.url.find("//") + 2) != std::string::npos)
      fault = "it has a path; write that in the requests";
    if (!fault.empty()) yaml_.add(*value, fmt::format("the url is wrong: {}", fault));
  }

  void pace() {
    int ways = 0;
    for (const auto* key : {"rate", "stages", "users"}) {
      const auto* value = find(key);
      if (value && ++ways == 2) yaml_.add(*value, fmt::format("of {} one says how fast; leave the others out", kOneOf));
    }
    if (ways == 0)
      yaml_.add(root_, fmt::format("one of {} must say how fast; add 'rate: 100/s', or give --rate", kOneOf));
    if (const auto* value = find("rate")) rate(*value);
    if (const auto* value = find("stages")) stages(*value);
    if (const auto* value = find("users")) users(*value);
    if (const auto* value = find("arrivals")) arrivals(*value);
    for (const auto* key : {"think_time", "ramp_up"}) {
      const auto* value = find(key);
      if (value && !find("users") && !given_.contains("rate"))
        yaml_.add(*value, fmt::format("'{}' needs 'users'; leave it out, or say how many there are", key));
    }
  }

  void rate(const YamlValue& value) {
    const auto read = yaml_.rate(value, "rate");
    if (!read) return;
    scenario_.rate = *read;
    if (*read < 0.001) yaml_.add(value, "a rate below 0.001/s sends nothing; write a greater one");
  }

  void stages(const YamlValue& value) {
    const auto* items = yaml_.list(value, "stages", "{to: 100/s, for: 1m}");
    if (!items) return;
    if (static_cast<double>(items->size()) > kMostStages)
      yaml_.add(value, "there are more than 1000 stages; join some");
    double before = 0;
    for (const auto& item : *items) before = stage(item, before);
    if (std::ranges::all_of(scenario_.stages, [](const Stage& one) { return one.from + one.to == 0; }))
      yaml_.add(value, "all stages have a rate of 0; one must send something");
  }

  // Gives the rate at the end.
  double stage(const YamlValue& item, double before) {
    const auto keys = yaml_.entries(item, "a stage", {"rate", "to", "for"});
    if (item.kind != YamlValue::Kind::Map) return before;
    const auto held = keys.find("rate");
    const auto reached = keys.find("to");
    const auto lasts = keys.find("for");
    if ((held == keys.end()) == (reached == keys.end()))
      yaml_.add(item, "a stage has either 'rate', which it holds, or 'to', which it reaches at its end; write one");
    if (lasts == keys.end()) yaml_.add(item, "a stage has no 'for', which says how long; add it, such as 'for: 1m'");
    Stage result{before, before, 0};
    if (held != keys.end()) result.from = result.to = yaml_.rate(*held->second, "rate").value_or(0);
    if (reached != keys.end()) result.to = yaml_.rate(*reached->second, "to").value_or(0);
    if (lasts != keys.end()) result.seconds = yaml_.seconds(*lasts->second, "for", 0.001, kMostDuration).value_or(1);
    scenario_.stages.push_back(result);
    return result.to;
  }

  void users(const YamlValue& value) {
    const auto read = yaml_.integer(value, "users", 1, kMostConnections);
    scenario_.users = static_cast<std::size_t>(read.value_or(0));
    if (const auto* think = find("think_time")) think_time(*think);
    if (const auto* ramp = find("ramp_up"))
      scenario_.ramp_up = yaml_.seconds(*ramp, "ramp_up", 0, kMostDuration).value_or(0);
  }

  void think_time(const YamlValue& value) {
    const auto* text = yaml_.scalar(value, "think_time", "a time, or a range such as 1s..3s");
    if (!text) return;
    const auto [from, to] = split_range(*text);
    YamlValue side = value;
    side.scalar = from;
    const auto least = yaml_.seconds(side, "think_time", 0, kDay);
    side.scalar = to;
    const auto most = from == to ? least : yaml_.seconds(side, "think_time", 0, kDay);
    if (!least || !most) return;
    if (*least > *most)
      yaml_.add(value, fmt::format("{} is no range; write the shorter time first", in_single_quotes(*text)));
    scenario_.least_think = *least;
    scenario_.most_think = std::max(*least, *most);
  }

  void arrivals(const YamlValue& value) {
    const auto* word = yaml_.scalar(value, "arrivals", "constant or poisson");
    if (!word) return;
    if (*word != "constant" && *word != "poisson")
      yaml_.add(value, fmt::format("{} is neither; 'arrivals' takes constant (evenly spaced) or poisson (independent "
                                   "of each other)",
                                   in_single_quotes(*word)));
    if (find("users")) yaml_.add(value, "users send when they have thought; leave 'arrivals' out");
    scenario_.pace = *word == "poisson" ? Pace::Poisson : Pace::Constant;
  }

  void limits() {
    const auto* duration = find("duration");
    if (duration && find("stages")) {
      yaml_.add(*duration, "stages say how long they last; leave 'duration' out");
    } else if (duration) {
      scenario_.duration = yaml_.seconds(*duration, "duration", 0.001, kMostDuration).value_or(0);
    } else if (!find("stages")) {
      yaml_.add(root_, "the file has no 'duration'; add it, such as 'duration: 30s', or give --duration");
    }
    if (const auto* value = find("timeout"))
      scenario_.timeout = yaml_.seconds(*value, "timeout", 0.001, kMostTimeout).value_or(0);
    scenario_.connections = kDefaultConnections;
    if (const auto* value = find("connections")) {
      scenario_.connections =
          static_cast<std::size_t>(yaml_.integer(*value, "connections", 1, kMostConnections).value_or(1));
      if (find("users") && keys_.contains("connections") && !given_.contains("users"))
        yaml_.add(*value, "each user has a connection; leave 'connections' out");
    }
    if (const auto* value = find("threads"))
      scenario_.threads = static_cast<std::size_t>(yaml_.integer(*value, "threads", 1, kMostThreads).value_or(1));
    if (const auto* value = find("seed"))
      scenario_.seed = static_cast<std::uint64_t>(yaml_.integer(*value, "seed", 0, std::int64_t{1} << 53).value_or(0));
  }

  // First of all that use them: those that are declared, and those that a setup extracts.
  void names() {
    if (const auto* map = find("variables")) names_.declare(*map);
    for (const auto* key : {"setup", "user_setup"}) {
      const auto* list = find(key);
      if (!list || list->kind != YamlValue::Kind::List) continue;
      for (const auto& request : list->items) extracted_names(request);
    }
  }

  void extracted_names(const YamlValue& request) {
    if (request.kind != YamlValue::Kind::Map) return;
    for (std::size_t i = 0; i + 1 < request.items.size(); i += 2) {
      const auto& map = request.items[i + 1];
      if (request.items[i].scalar != "extract" || map.kind != YamlValue::Kind::Map) continue;
      for (std::size_t j = 0; j + 1 < map.items.size(); j += 2) names_.extracted(map.items[j]);
    }
  }

  void requests(const YamlValue& value, std::string_view key, RequestReader& reader, std::vector<RequestPlan>& into) {
    const auto* items = yaml_.list(value, key, "{request: GET /api/clients}");
    if (!items) return;
    if (items->size() > kMostRequests) {
      yaml_.add(value, fmt::format("there are more than {} requests; join those that differ in values alone, by "
                                   "variables",
                                   kMostRequests));
      return;
    }
    std::set<std::string> known;
    for (const auto& item : *items) {
      auto plan = reader.request(item, key != "requests");
      if (key == "requests" && !plan.route.empty() && !known.insert(plan.name()).second)
        yaml_.add(item, fmt::format("a second request is called {}; give one of them another name by 'route'",
                                    in_single_quotes(plan.name())));
      into.push_back(std::move(plan));
    }
  }

  const YamlValue& root_;
  ScenarioYaml yaml_;
  ScenarioYaml::Entries keys_;
  std::map<std::string_view, YamlValue> given_;
  Scenario scenario_;
  VariableReader names_{yaml_, scenario_.variables};
};

}  // namespace

Scenario read_scenario(std::string_view yaml, std::string_view file, const ScenarioOptions& options) {
  std::vector<detail::YamlError> syntax;
  const auto root = detail::yaml_tree(yaml, syntax);
  return ScenarioReader(root, options, syntax).read(detail::printable(file, 4096));
}

Scenario scenario_of_url(const ScenarioOptions& options) {
  if (options.rate.empty() && options.users.empty())
    throw std::invalid_argument("give --rate or --users, or a --scenario that says how fast");
  auto given = options;
  if (given.duration.empty()) given.duration = "10s";
  // The path is the request's, without what is behind a '#'.
  const auto path_at = options.url.find_first_of("/?#", options.url.find("//") + 2);
  auto path = path_at == std::string::npos ? std::string{} : options.url.substr(path_at);
  path.resize(std::min(path.find('#'), path.size()));
  given.url = options.url.substr(0, path_at);
  if (!path.starts_with('/')) path.insert(0, 1, '/');

  const auto scalar = [](std::string text) {
    return YamlValue{YamlValue::Kind::Scalar, kCommandLine, std::move(text), {}, true};
  };
  const YamlValue request{YamlValue::Kind::Map, kCommandLine, {}, {scalar("request"), scalar("GET " + path)}};
  const YamlValue list{YamlValue::Kind::List, kCommandLine, {}, {request}};
  const YamlValue root{YamlValue::Kind::Map, kCommandLine, {}, {scalar("requests"), list}};
  return ScenarioReader(root, given).read("the command line");
}

}  // namespace vitals::tool
