#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/native.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::test {

/// What a program did to one series: enough to tell what must be stored of it in any format.
struct Recorded {
  std::string name;  ///< of the family, as in text
  std::string help;
  std::string type;
  std::vector<Label> labels{};   ///< in any order, without the registry's
  std::vector<double> values{};  ///< added, set or observed; sums of them are exact in any order
  std::string unit{};
  std::vector<double> bounds{};  ///< of histograms
  std::optional<Native> native{};
  std::vector<MetricSnapshot::Quantile> quantiles{};  ///< of summaries, as the program read them
  std::vector<MetricSnapshot::State> states{};
  std::vector<Exemplar> exemplars{};  ///< all, the oldest first
};

/// Does what a program does to its metrics on four threads at once, and keeps what it was.
class Recorder {
 public:
  /// record(v) for each value, some time before run() ends. The result may be added to.
  Recorded& add(Recorded recorded, const std::function<void(double)>& record);
  /// What is recorded already, or not by a thread.
  Recorded& add(Recorded recorded) { return recorded_.emplace_back(std::move(recorded)); }
  void run();

  /// A JSON array of all. Texts are their bytes in hexadecimal digits, as they may be any; numbers are texts too.
  [[nodiscard]] std::string json() const;
  [[nodiscard]] static std::string json(const std::vector<Label>& labels);

 private:
  std::list<Recorded> recorded_;
  std::vector<std::function<void()>> tasks_;
};

}  // namespace vitals::test
