#include "tool/load/scenario.hpp"

#include <array>
#include <charconv>

namespace vitals::tool {

AnswerReader::Wanted RequestPlan::wanted() const {
  auto wanted = expect.wanted();
  wanted.body = wanted.body || !extractions.empty();
  wanted.is_head_request = method == "HEAD";
  return wanted;
}

void write_request(std::string& out, std::string& body, const RequestPlan& plan, const Values& values,
                   std::string_view authority) {
  out.assign(plan.method).append(" ");
  append(out, plan.target, values);
  out.append(" HTTP/1.1\r\nHost: ").append(authority).append("\r\n");
  append(out, plan.headers, values);
  body.clear();
  // RFC 9110 8.6: servers want to know that there is none where one is usual.
  if (plan.has_body || plan.method == "POST" || plan.method == "PUT" || plan.method == "PATCH") {
    append(body, plan.body, values);
    std::array<char, 24> digits{};
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), body.size()).ptr;
    out.append("Content-Length: ").append(std::string_view{digits.data(), end}).append("\r\n");
  }
  out.append("\r\n").append(body);
}

}  // namespace vitals::tool
