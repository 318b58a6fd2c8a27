// What docs/core.md shows of declarations, look-ups and their ends: it quotes what stands between two [example] marks.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::value;

TEST(CoreGuide, Labels) {
  vitals::Registry registry;
  // [example]
  auto& requests = registry.counter("requests_total", "Requests.", {"method", "status"});
  requests.with("GET", 200).inc();

  vitals::Counter& created = requests.with("POST", 201);  // where the values are known: no look-up later
  created.inc();
  // [example]
  EXPECT_EQ(value(registry, "requests_total", {{"method", "POST"}, {"status", "201"}}), 1);
}

TEST(CoreGuide, Buckets) {
  vitals::Registry registry;
  const std::vector<double> bounds{1, 2, 4};
  // [example]
  auto& sizes = registry.histogram("size_bytes", "Sizes.", {"kind"}, vitals::Buckets{100, 1000, 10'000});
  sizes.with("image").observe(512);
  sizes.with_bounds(vitals::Buckets{10, 20}, "icon").observe(12);  // this series has bounds of its own

  registry.histogram("depth", "Depth.", vitals::Buckets{bounds});  // those of a vector, an array or a span of double
  registry.histogram("width", "Width.", vitals::Buckets::linear(0, 10, 5));            // 0, 10, 20, 30, 40
  registry.histogram("length", "Length.", vitals::Buckets::exponential(0.001, 4, 6));  // 0.001, 0.004, …
  // [example]
  EXPECT_THAT(vitals::to_text(registry), HasSubstr("size_bytes_bucket{kind=\"icon\",le=\"20\"} 1\n"));
}

TEST(CoreGuide, CountsOfOthers) {
  vitals::Registry registry;
  vitals::Counter& received = registry.counter("packets_received_total", "Packets.");
  vitals::Histogram& sizes = registry.histogram("packet_bytes", "Sizes.", vitals::Buckets{100, 1000});
  const std::uint64_t total = 12;
  // [example]
  received.raise_to(total);  // at least that, and never less than it was
  sizes.observe(64, 1000);   // a thousand packets of 64 bytes, for the price of one
  // [example]
  EXPECT_EQ(received.value(), 12);
  EXPECT_EQ(sizes.snapshot().count(), 1000U);
}

// [example]
enum class Result { Ok, Failed };
std::string_view label_text(Result result) { return result == Result::Ok ? "ok" : "failed"; }
// [example]

TEST(CoreGuide, ClosedSets) {
  vitals::Registry registry;
  // [example]
  auto& jobs = registry.counter("jobs_total", "Jobs.", {"queue", "result"});
  auto results = vitals::bound(jobs, "mail", vitals::each(Result::Ok, Result::Failed));
  results[Result::Ok].inc();
  // [example]
  EXPECT_EQ(value(registry, "jobs_total", {{"queue", "mail"}, {"result", "ok"}}), 1);
  EXPECT_EQ(value(registry, "jobs_total", {{"queue", "mail"}, {"result", "failed"}}), 0);
}

TEST(CoreGuide, SeriesThatEnd) {
  vitals::Registry registry;
  // [example]
  auto& open = registry.gauge("connections_open", "Connections.", {"tenant", "peer"});
  open.with("acme", "10.0.0.7").set(1);
  open.remove("acme", "10.0.0.7");             // one series; false if there is none
  open.remove_matching({{"tenant", "acme"}});  // all that have this label; how many
  open.clear();                                // all
  {
    auto one = open.scoped("acme", "10.0.0.8");  // ends with its scope
    one->set(1);
  }
  // [example]
  EXPECT_EQ(open.size(), 0U);
}

TEST(CoreGuide, NamesAtRunTime) {
  vitals::Registry registry;
  const auto read_configuration = [] { return std::vector<std::string>{"zone", "rack"}; };
  const std::map<std::string, std::string> labels{{"zone", "b"}, {"rack", "1"}};
  // [example]
  std::vector<std::string> names = read_configuration();  // "zone", "rack"
  vitals::DynamicFamily<vitals::Counter>& jobs = registry.counter("jobs_total", "Jobs.", vitals::LabelNames{names});

  jobs.with({{"zone", "a"}, {"rack", 7}}).inc();  // in any order; values as ever
  jobs.with(labels).inc();                        // a std::map, or another range of pairs or vitals::Label
  jobs.with({{"zone", "a"}}).inc();               // without rack: jobs_total{zone="a"}

  auto& probes = registry.gauge("probe_value", "Probes.", vitals::LabelNames::any());
  probes.with({{"host", "db1"}, {"disk", "sda"}}).set(0.5);  // each series has label names of its own
  probes.with({{"url", "https://a"}}).set(1);
  // [example]
  EXPECT_THAT(vitals::to_text(registry),
              AllOf(HasSubstr("jobs_total{zone=\"a\"} 1\n"), HasSubstr("jobs_total{zone=\"b\",rack=\"1\"} 1\n"),
                    HasSubstr("probe_value{disk=\"sda\",host=\"db1\"} 0.5\n")));
}

TEST(CoreGuide, Scopes) {
  vitals::Registry registry;
  const std::vector<int> files{1, 2};
  // [example]
  auto log = registry.scope({.prefix = "zeek_", .labels = {{"component", "log"}}});
  log.counter("lines_total", "Lines.", {"path"}).with("dns").inc();  // zeek_lines_total{component="log",path="dns"} 1

  auto writer = log.scope({.prefix = "writer_"});  // zeek_writer_…, with the label too
  auto token = writer.gauge_callback("open_files", "Files that are open.", [&] { return double(files.size()); });
  // [example]
  EXPECT_THAT(vitals::to_text(registry), AllOf(HasSubstr("zeek_lines_total{component=\"log\",path=\"dns\"} 1\n"),
                                               HasSubstr("zeek_writer_open_files{component=\"log\"} 2\n")));
}

TEST(CoreGuide, ExactNames) {
  vitals::Registry registry;
  // [example]
  auto& lines = registry.counter("zeek_log_lines", "Lines.", {"path"}, {.exact_name = true});
  // [example]
  lines.with("dns").inc();
  EXPECT_THAT(vitals::to_text(registry), HasSubstr("zeek_log_lines{path=\"dns\"} 1\n"));
}

TEST(CoreGuide, MetricsThatEnd) {
  vitals::Registry registry;
  // [example]
  auto& requests = registry.counter("model_requests_total", "Requests to a model.", {"model"});
  auto& of_vision = requests.with("vision");
  registry.remove("model_requests_total");  // false if there is none of that name

  of_vision.inc();                // still safe, as is all that you hold; shows nowhere
  requests.with("speech").inc();  // the same
  registry.gauge("model_requests_total", "Now something else.").set(1);
  // [example]
  EXPECT_THAT(vitals::to_text(registry), AllOf(HasSubstr("\nmodel_requests_total 1\n"), Not(HasSubstr("vision"))));
}

TEST(CoreGuide, TextFile) {
  const std::string path = std::filesystem::path{::testing::TempDir()} / "vitals_core_guide.prom";
  vitals::Registry registry;
  registry.gauge("backup_files", "Files.").set(3);
  // [example]
  vitals::write_textfile(registry, path);  // such as "/var/lib/node_exporter/backup.prom"
  // [example]
  std::string text;
  std::getline(std::ifstream{path}, text, '\0');
  std::filesystem::remove(path);
  EXPECT_THAT(text, HasSubstr("backup_files 3\n"));
}

}  // namespace
