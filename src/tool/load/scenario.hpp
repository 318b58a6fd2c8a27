#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tool/load/answer_expectation.hpp"
#include "tool/load/arrivals.hpp"
#include "tool/load/text_template.hpp"
#include "tool/load/values.hpp"

namespace vitals::tool {

/// One kind of request.
struct RequestPlan {
  std::string method{};
  std::string route{};  ///< what the report calls it: the path without values and query
  double weight = 1;    ///< how often it is sent, against the others
  TextTemplate target{};
  TextTemplate headers{};  ///< lines, each with its end
  TextTemplate body{};
  bool has_body = false;
  AnswerExpectation expect{};
  std::vector<Extraction> extractions{};
  std::vector<std::size_t> drawn{};  ///< variables that get a new value for each

  /// "GET /api/v1/clients/{id}"
  [[nodiscard]] std::string name() const { return method + ' ' + route; }
  [[nodiscard]] AnswerReader::Wanted wanted() const;
};

/// Overwrites `out`, whose memory is used again, with the bytes of a request; `body` is scratch.
void write_request(std::string& out, std::string& body, const RequestPlan& plan, const Values& values,
                   std::string_view authority);

/// What to send, how fast and for how long.
struct Scenario {
  std::string url{};
  double rate = 0;              ///< per second; 0: `stages` or `users`
  std::vector<Stage> stages{};  ///< of an open loop
  Pace pace = Pace::Constant;
  std::size_t users = 0;   ///< of a closed loop; 0: it is an open one
  double ramp_up = 0;      ///< seconds within which the users come
  double least_think = 0;  ///< seconds between an answer and the user's next request
  double most_think = 0;
  double duration = 0;          ///< seconds; 0: that of the stages
  std::size_t connections = 0;  ///< 0: 64, or one for each user
  std::size_t threads = 1;
  double timeout = 10;  ///< seconds that a request may take
  std::uint64_t seed = 1;
  std::vector<LoadVariable> variables{};
  std::vector<RequestPlan> setup{};       ///< once, before the load
  std::vector<RequestPlan> user_setup{};  ///< each user, before anything else
  std::vector<RequestPlan> requests{};
};

}  // namespace vitals::tool
