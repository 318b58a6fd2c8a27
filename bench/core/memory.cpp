// What a series takes: vitals_memory vitals|prometheus-cpp counter|histogram SERIES UPDATES [THREADS]
// And what it leaves:  vitals_memory turnover counter|histogram|native SERIES
//                      vitals_memory metrics METRICS
// And, where there is vitals::http, what a scrape takes while it is made:
//                      vitals_memory scrape text|openmetrics|protobuf identity|gzip|zstd counter|histogram SERIES
// And what a route of HttpMetrics takes:
//                      vitals_memory routes ROUTES METHODS [TEMPLATE]
//
// Prints the growth of the resident memory by making SERIES three-label series and updating each UPDATES times, per
// series, before and after a first scrape, heap trimmed. One figure a process: what a process freed before would be
// used again. With THREADS the updates of each series are made by that many threads, each pinned to a CPU in turn.
// turnover makes SERIES series and removes each when a hundred more were made, and prints by how much the memory grew.
// metrics declares metrics of every kind, each under a name of its own, uses and removes them, with a scrape each
// thousand, and prints the memory ten times.
// routes lists ROUTES routes, each of that many methods and with a request of each, whose template is "/api/v1/r0001"
// and so on with TEMPLATE behind it, by default "/{id}".
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <malloc.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <pthread.h>

#include <vitals/vitals.hpp>

#ifdef HAS_HTTP
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/exposition.hpp"
#include "http/endpoint/body_encoder.hpp"
#include "http/endpoint/compressed_store.hpp"
#endif

namespace {

double resident_bytes() {
  malloc_trim(0);
  std::ifstream file{"/proc/self/smaps_rollup"};
  std::string word;
  double kilobytes = 0;
  while (file >> word && word != "Rss:") {
  }
  file >> kilobytes;
  return kilobytes * 1024;
}

struct Labels {
  std::string method, route, status;
  explicit Labels(int i) {
    static const char* const methods[] = {"GET", "POST", "PUT", "DELETE"};
    static const char* const statuses[] = {"200", "201", "400", "404", "500"};
    method = methods[i % 4];
    status = statuses[i / 4 % 5];
    char text[32];
    std::snprintf(text, sizeof text, "/api/v1/resource/%05d", i / 20);
    route = text;
  }
};

const std::vector<double> kBounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

struct Vitals {
  vitals::Registry registry;
  vitals::Family<vitals::Counter, 3>& counters =
      registry.counter("requests_total", "A.", {"method", "route", "status"}, {.max_series = 10'000'000});
  vitals::Family<vitals::Histogram, 3>& histograms = registry.histogram(
      "took_seconds", "A.", {"method", "route", "status"}, vitals::Buckets{kBounds}, {.max_series = 10'000'000});
  void count(const Labels& l) { counters.with(l.method, l.route, l.status).inc(); }
  void observe(const Labels& l, double v) { histograms.with(l.method, l.route, l.status).observe(v); }
  std::string scrape() { return vitals::to_text(registry); }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& counters =
      prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry);
  prometheus::Family<prometheus::Histogram>& histograms =
      prometheus::BuildHistogram().Name("took_seconds").Help("A.").Register(registry);
  static prometheus::Labels all(const Labels& l) {
    return {{"method", l.method}, {"route", l.route}, {"status", l.status}};
  }
  void count(const Labels& l) { counters.Add(all(l)).Increment(); }
  void observe(const Labels& l, double v) { histograms.Add(all(l), kBounds).Observe(v); }
  std::string scrape() { return prometheus::TextSerializer{}.Serialize(registry.Collect()); }
};

template <class Subject>
void measure(bool histogram, int series, int updates, int threads) {
  Subject subject;
  const auto update = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      const Labels labels{i};
      for (int n = 0; n < updates; ++n) histogram ? subject.observe(labels, n % 20 * 0.1) : subject.count(labels);
    }
  };
  update(series, series + 100);  // so that what is made once is there
  (void)subject.scrape();
  const double before = resident_bytes();
  for (int thread = 0; thread < threads; ++thread) {
    std::thread{[&] {
      cpu_set_t cpus;
      CPU_ZERO(&cpus);
      CPU_SET(static_cast<unsigned>(thread) % std::thread::hardware_concurrency(), &cpus);
      pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
      update(0, series);
    }}.join();
  }
  const double made = resident_bytes();
  (void)subject.scrape();
  const double scraped = resident_bytes();
  std::printf("%.0f bytes a series, %.0f after a scrape\n", (made - before) / series, (scraped - before) / series);
}

// In kB, of /proc/self/status.
double status(std::string_view field) {
  std::ifstream file{"/proc/self/status"};
  std::string word;
  double kilobytes = 0;
  while (file >> word && word != field) {
  }
  file >> kilobytes;
  return kilobytes;
}

template <class Family, class Use>
void turn_over(Family& family, int series, Use use) {
  double resident = 0;
  double tables = 0;
  for (int i = 0; i < series; ++i) {
    if (i == series / 100) resident = resident_bytes(), tables = status("VmPTE:");
    use(family.with("GET", i, 200));
    if (i >= 100) family.remove("GET", i - 100, 200);
  }
  std::printf("%zu series left; resident memory grew by %.0f kB, page tables by %.0f kB\n", family.size(),
              (resident_bytes() - resident) / 1024, status("VmPTE:") - tables);
}

void turn_over(std::string_view type, int series) {
  vitals::Registry registry;
  const auto observe = [](vitals::Histogram& histogram) {
    for (int i = 0; i < 20; ++i) histogram.observe(i * 0.1);
  };
  if (type == "counter") {
    turn_over(registry.counter("a_total", "A.", {"method", "id", "status"}), series,
              [](vitals::Counter& counter) { counter.inc(); });
  } else if (type == "histogram") {
    turn_over(registry.histogram("a_seconds", "A.", {"method", "id", "status"}, vitals::Buckets{kBounds}), series,
              observe);
  } else {
    turn_over(registry.histogram("a_seconds", "A.", {"method", "id", "status"}, vitals::Native{}), series, observe);
  }
}

// Of the kind whose turn it is.
void declare_and_use(vitals::Registry& registry, const std::string& name, int turn) {
  switch (turn % 8) {
    case 0:
      return registry.counter(name, "A.").inc();
    case 1:
      return registry.gauge(name, "A.").set(1);
    case 2:
      return registry.histogram(name, "A.", vitals::Buckets{kBounds}).observe(0.1);
    case 3:
      return registry.histogram(name, "A.", vitals::Native{}).observe(0.1);
    case 4:
      return registry.summary(name, "A.").observe(0.1);
    case 5:
      return registry.counter(name, "A.", {"a", "b"}).with("x", "y").inc();
    case 6:
      return registry.histogram(name, "A.", {"a"}, vitals::Buckets{kBounds}).with("x").observe(0.1);
    default:
      return registry.gauge(name, "A.", vitals::LabelNames::any()).with({{"a", "x"}}).set(1);
  }
}

void come_and_go(int metrics) {
  vitals::Registry registry;
  std::string text;
  for (int i = 1; i <= metrics; ++i) {
    std::string name = "a_" + std::to_string(i);
    if (i % 8 == 0 || i % 8 == 5) name += "_total";
    declare_and_use(registry, name, i);
    if (i % 1000 == 0) text = vitals::to_text(registry);
    if (!registry.remove(name)) std::abort();
    if (i % (metrics / 10) == 0) std::printf("%9d metrics: resident %.0f kB\n", i, resident_bytes() / 1024);
  }
}

#ifdef HAS_HTTP

// What to() adds at its peak, which the first run shows: heap trimmed, and the peak of the resident memory begun anew.
template <class To>
double peak_of(To to) {
  const double before = resident_bytes();
  std::ofstream{"/proc/self/clear_refs"} << 5;
  to();
  return status("VmHWM:") * 1024 - before;
}

// In pieces, which go as soon as they are encoded: as they do where they are sent at once.
std::size_t in_pieces(vitals::Registry& registry, vitals::Format format, vitals::detail::Encoding encoding) {
  std::string out;
  std::size_t bytes = 0;
  const auto take = [&] {
    bytes += out.size();
    out.clear();
  };
  vitals::detail::BodyEncoder encoder{encoding};
  vitals::detail::CompressedStore store;
  vitals::detail::expose(
      vitals::detail::Access::state(registry), {.format = format},
      [&](std::string_view piece) {
        encoder.add(piece, out);
        take();
      },
      {}, &store);
  encoder.finish(out);
  take();
  return bytes;
}

void scrape(std::string_view format_name, std::string_view encoding, bool histogram, int series) {
  using vitals::Format;
  Vitals subject;
  for (int i = 0; i < series; ++i) {
    const Labels labels{i};
    for (int n = 0; histogram && n < 20; ++n) subject.observe(labels, n * 0.1 + i % 7);
    if (!histogram)
      subject.counters.with(labels.method, labels.route, labels.status)
          .inc(static_cast<std::uint64_t>(i) * 7919 % 1'000'003);
  }
  const Format format = format_name == "text"          ? Format::Text
                        : format_name == "openmetrics" ? Format::OpenMetrics
                                                       : Format::Protobuf;
  const char* const accept = format == Format::Text ? "text/plain"
                             : format == Format::OpenMetrics
                                 ? "application/openmetrics-text"
                                 : "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                                   "encoding=delimited";
  const auto coded = vitals::detail::choose_encoding(encoding);
  std::size_t bytes = 0;
  const double pieces = peak_of([&] { bytes = in_pieces(subject.registry, format, coded); });
  std::size_t size = 0;
  const double whole = peak_of([&] { size = vitals::scrape(subject.registry, accept, encoding).body.size(); });
  std::printf("%d series as %s, %s: %.1f MB; at its peak a scrape in pieces takes %.1f MB, scrape() %.1f MB\n", series,
              std::string{format_name}.c_str(), std::string{encoding}.c_str(), static_cast<double>(bytes) / 1e6,
              pieces / 1e6, whole / 1e6);
  if (bytes != size) std::abort();
}

void list_routes(int routes, int methods, std::string_view end) {
  constexpr std::string_view kMethods[] = {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"};
  const std::span used = std::span{kMethods}.first(static_cast<std::size_t>(methods));
  std::string all;
  for (const auto method : used) all.append(all.empty() ? "" : "|").append(method);
  vitals::Registry registry;
  vitals::HttpMetrics http{registry};
  const auto list = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      char text[32];
      std::snprintf(text, sizeof text, " /api/v1/r%04d", i);
      const vitals::RouteRef route = http.route((all + text).append(end));
      for (const auto method : used) http.start(method, route).finish(200);
    }
  };
  list(0, 100);  // so that what is made once is there
  (void)vitals::to_text(registry);
  const double before = resident_bytes();
  list(100, 100 + routes);
  std::printf("%.0f bytes a route\n", (resident_bytes() - before) / routes);
}

#endif

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string_view{argv[1]} == "turnover") {
    turn_over(argv[2], std::atoi(argv[3]));
    return 0;
  }
  if (argc == 3 && std::string_view{argv[1]} == "metrics") {
    come_and_go(std::atoi(argv[2]));
    return 0;
  }
#ifdef HAS_HTTP
  if (argc == 6 && std::string_view{argv[1]} == "scrape") {
    scrape(argv[2], argv[3], std::string_view{argv[4]} == "histogram", std::atoi(argv[5]));
    return 0;
  }
  if (argc >= 4 && std::string_view{argv[1]} == "routes") {
    list_routes(std::atoi(argv[2]), std::atoi(argv[3]), argc > 4 ? argv[4] : "/{id}");
    return 0;
  }
#endif
  if (argc < 5) {
    std::fprintf(stderr,
                 "usage: vitals_memory vitals|prometheus-cpp counter|histogram SERIES UPDATES [THREADS]\n"
                 "       vitals_memory turnover counter|histogram|native SERIES\n"
                 "       vitals_memory metrics METRICS\n"
                 "       vitals_memory scrape text|openmetrics|protobuf identity|gzip|zstd counter|histogram SERIES\n"
                 "       vitals_memory routes ROUTES METHODS [TEMPLATE]\n");
    return 2;
  }
  const bool ours = std::string_view{argv[1]} == "vitals";
  const bool histogram = std::string_view{argv[2]} == "histogram";
  const int threads = argc > 5 ? std::atoi(argv[5]) : 1;
  (ours ? measure<Vitals> : measure<PrometheusCpp>)(histogram, std::atoi(argv[3]), std::atoi(argv[4]), threads);
}
