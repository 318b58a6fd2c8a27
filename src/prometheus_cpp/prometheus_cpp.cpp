#include <stdexcept>
#include <utility>

#include <vitals/prometheus_cpp.hpp>

#include "prometheus_cpp/translate.hpp"

namespace vitals {

std::vector<prometheus::MetricFamily> PrometheusCppCollectable::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  for (auto& ours : registry_.snapshot()) detail::append_theirs(std::move(ours), families);
  return families;
}

CollectorToken add_prometheus_cpp(Registry& registry, std::shared_ptr<prometheus::Collectable> theirs) {
  if (!theirs)
    throw std::invalid_argument("vitals: add_prometheus_cpp: the collectable is null; give a prometheus::Registry");
  return registry.add_collector(
      [theirs = std::move(theirs)](std::vector<FamilySnapshot>& out) { detail::append_ours(theirs->Collect(), out); });
}

}  // namespace vitals
