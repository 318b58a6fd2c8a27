#pragma once
#include <cstddef>
#include <memory>
#include <random>
#include <vector>

#include "tool/load/arrivals.hpp"
#include "tool/load/worker.hpp"

namespace vitals::tool {

/// Begins each arrival on the first free one of a fixed number of connections; those that find none wait in the series
/// of arrivals, which takes no memory. For one thread.
class OpenLoop final : public Worker {
 public:
  OpenLoop(const LoadContext& context, std::size_t connections);

 private:
  void begin_due(LoadClock::time_point now) override;
  [[nodiscard]] LoadClock::time_point next_due() const override;
  void ended(Exchange& exchange, const Outcome& outcome, LoadClock::time_point now) override;
  void no_more(LoadClock::time_point now) override;
  [[nodiscard]] bool is_over() const override { return !arrivals_.due() && idle_.size() == all_.size(); }
  [[nodiscard]] std::vector<Exchange*> exchanges() override;
  [[nodiscard]] Values& values_of(Exchange& /*exchange*/) override { return values_; }

  void note_lateness(LoadClock::duration lateness);

  Arrivals arrivals_;
  Values values_;
  std::discrete_distribution<std::size_t> next_plan_;
  LoadClock::time_point last_call_;  // what is still waiting for a connection then is given up
  bool has_waited_ = false;          // since the last time that nothing was due, for a free connection
  bool has_no_connection_ = false;   // of the request that was over last
  std::vector<std::unique_ptr<Exchange>> all_;
  std::vector<Exchange*> idle_;  // a stack: at a low rate few connections are in use, and stay warm
};

/// The stages of a scenario, of a constant rate too.
std::vector<Stage> stages_of(const Scenario& scenario);
/// How long a scenario's load lasts, in seconds.
double duration_of(const Scenario& scenario);
/// Which of a scenario's requests is next, by their weights.
std::discrete_distribution<std::size_t> weights_of(const Scenario& scenario);

}  // namespace vitals::tool
