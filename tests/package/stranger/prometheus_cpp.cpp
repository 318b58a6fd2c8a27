#include <memory>

#include <prometheus/registry.h>

#include <vitals/prometheus_cpp.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
  auto token = vitals::add_prometheus_cpp(registry, std::make_shared<prometheus::Registry>());
  return vitals::PrometheusCppCollectable{registry}.Collect().size() == 1 ? 0 : 1;
}
