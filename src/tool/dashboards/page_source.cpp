#include "tool/dashboards/page_source.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <fmt/core.h>

#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

Conditions job_condition(const std::string& job) { return {job.empty() ? matches("job", "$job") : equals("job", job)}; }

Conditions chosen(const std::string& job, bool has_endpoint) {
  auto conditions = job_condition(job);
  conditions.push_back(matches("instance", "$instance"));
  if (has_endpoint) {
    conditions.push_back(matches("method", "$method"));
    conditions.push_back(matches("endpoint", "$endpoint"));
  }
  return conditions;
}

// Of a job, as a part of an address, which takes no other characters and is 40 bytes at most.
std::string job_part(const std::string& job) {
  constexpr std::size_t kLongest = 16;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (job.size() <= kLongest && std::ranges::all_of(job, is_plain)) return job;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: the same in each version
  for (const char c : job) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

}  // namespace

PageSource::PageSource(const ServiceLevels& of, std::string of_job, bool all)
    : levels{of},
      job{std::move(of_job)},
      has_requests{all || has_request_levels(of)},
      has_database{all || !of.query_budgets.empty() || of.pool_usage},
      has_cache{all || of.cache_hit_ratio},
      told_by{has_request_levels(of) ? kRequests : "process_memory_limit_bytes"},
      live{chosen(job, false)},
      endpoint{chosen(job, true)},
      recorded{job_condition(job)} {}

std::string uid_of(const PageSource& source, std::string_view dashboard) {
  return source.job.empty() ? fmt::format("vitals-{}", dashboard)
                            : fmt::format("vitals-{}-{}", dashboard, job_part(source.job));
}

std::string address_of(const PageSource& source, std::string_view dashboard, const std::string& more) {
  return fmt::format("/d/{}?${{__url_time_range}}&${{datasource:queryparam}}{}&${{instance:queryparam}}{}",
                     uid_of(source, dashboard), source.job.empty() ? "&${job:queryparam}" : "", more);
}

std::string address_of_line(const PageSource& source) {
  return address_of(source, "endpoints",
                    "&var-method=${__field.labels.method:percentencode}"
                    "&var-endpoint=${__field.labels.endpoint:percentencode}");
}

std::string address_of_row(const PageSource& source) {
  return address_of(source, "endpoints",
                    "&var-method=${__data.fields.Method:percentencode}"
                    "&var-endpoint=${__data.fields.Endpoint:percentencode}");
}

}  // namespace vitals::tool
