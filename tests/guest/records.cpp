// Records with every instrument that has code inline, and checks what a scrape makes of it.
#include <cstdio>
#include <string_view>

#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.", vitals::Buckets{1, 2});
  auto& native = registry.histogram("c", "C.", vitals::Native{});
  auto& by_label = registry.counter("d_total", "D.", {"x", "y"});
  for (int i = 0; i < 10'000; ++i) {
    counter.inc();
    counter.inc(0.5);
    histogram.observe(i % 2 + 0.5);
    native.observe(2);
    by_label.with("a", i % 2).inc(2);
  }
  registry.gauge("e", "E.").set(1);
  registry.summary("f", "F.", {.quantiles = {}}).observe(3);
  const std::string text = vitals::to_text(registry);
  for (const std::string_view line :
       {"\na_total 15000\n", "\nb_bucket{le=\"1\"} 5000\n", "\nb_sum 10000\n", "\nc_count 10000\n",
        "\nd_total{x=\"a\",y=\"1\"} 10000\n", "\ne 1\n", "\nf_sum 3\n"}) {
    if (text.find(line) != text.npos) continue;
    std::printf("no%sin\n%s", line.data(), text.c_str());
    return 1;
  }
  return 0;
}
