#include "tool/rules/rules.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include <fmt/core.h>

#include "levels/levels_file.hpp"
#include "tool/output/output_files.hpp"
#include "tool/rules/pack_yaml.hpp"
#include "tool/rules/packs.hpp"
#include "tool/rules/promtool.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr int kUnusable = 3;

std::string contents_of(const Pack& pack) {
  std::size_t records = 0;
  std::size_t alerts = 0;
  for (const auto& group : pack.groups) {
    for (const auto& rule : group.rules) ++(rule.kind == Rule::Kind::Record ? records : alerts);
  }
  return fmt::format("{}, {}", counted(records, "recording rule"), counted(alerts, "alert"));
}

// Of all services, or of one; what they rest on.
std::string head_of(const Pack& pack, const RulesArguments& arguments, const std::string& window) {
  const bool is_static = pack.name == "slo";
  return fmt::format("{}{} from {}.\n# Change that file and run it again: what is changed here is lost.\n#\n",
                     kWrittenBy, library_version(), printable(arguments.config, kMostOfPath)) +
         (is_static
              ? "# Objectives of every service that counts them itself (HttpOptions::levels), by slo_events_total,\n"
                "# slo_bad_events_total and slo_objective_ratio. The file gives the window and the burn rate alerts.\n"
              : "# What the file declares, over the metrics that vitals exports by default.\n") +
         fmt::format(
             "# {}\n# Prometheus must be 2.42 or newer, scrape each 30s or more often (15s is good), and keep its data "
             "for longer\n"
             "# than the window of error budgets: --storage.tsdb.retention.time={}; it keeps 15 days by default.\n",
             arguments.job.empty() ? "Rules are by the label job: they hold for every job that has these metrics."
                                   : "They hold for the job " + printable(arguments.job) + " alone.",
             window);
}

// A third longer than the window.
std::string retention_for(std::chrono::seconds window) {
  return fmt::format("{}d", std::chrono::ceil<std::chrono::days>(window * 4 / 3).count());
}

void add_files(std::vector<OutputFile>& files, const Pack& pack, const ServiceLevels& levels,
               const RulesArguments& arguments) {
  const std::filesystem::path folder{arguments.output};
  const auto head = head_of(pack, arguments, retention_for(levels.window));
  files.push_back({folder / (pack.name + ".rules.yml"), rules_yaml(pack, head), contents_of(pack)});
  for (const auto& tests : pack.tests) {
    const auto file = fmt::format("{}{} from {}.\n# Unit tests of {}.rules.yml:  promtool test rules {}\n", kWrittenBy,
                                  library_version(), printable(arguments.config, kMostOfPath), pack.name, tests.file);
    files.push_back({folder / tests.file, tests_yaml(pack, tests, file), counted(tests.tests.size(), "test")});
  }
}

}  // namespace

CommandResult rules(const RulesArguments& arguments) {
  ServiceLevels levels;
  try {
    levels = detail::load_levels(arguments.config, arguments.pack == "static" ? pack_mistakes : explicit_pack_mistakes);
  } catch (const std::invalid_argument& error) {
    return {fmt::format("{}\n", error.what()), kUnusable};  // as a compiler says it: editors find the places
  }

  PackOptions options{arguments.job, arguments.runbooks};
  while (options.runbooks.size() > 1 && options.runbooks.ends_with('/')) options.runbooks.pop_back();
  std::vector<OutputFile> files;
  if (arguments.pack != "static") add_files(files, explicit_pack(levels, options), levels, arguments);
  if (arguments.pack != "explicit") add_files(files, static_pack(levels, options), levels, arguments);
  const auto output = write_files(arguments.output, files, {"vitals rules", kWrittenBy});
  if (!arguments.check) return {output, 0};
  std::vector<std::string> rule_files;
  std::vector<std::string> test_files;
  for (const auto& file : files)
    (file.path.string().ends_with(".rules.yml") ? rule_files : test_files).push_back(file.path.string());
  const auto checked = check_with_promtool(rule_files, test_files);
  return {output + checked.output, checked.status};
}

}  // namespace vitals::tool
