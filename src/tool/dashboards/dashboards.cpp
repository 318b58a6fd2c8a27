#include "tool/dashboards/dashboards.hpp"

#include <filesystem>
#include <stdexcept>
#include <vector>

#include <fmt/core.h>

#include "core/levels/objectives.hpp"
#include "levels/levels_file.hpp"
#include "tool/dashboards/dashboard_json.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/output/output_files.hpp"
#include "tool/rules/packs.hpp"
#include "tool/rules/requests.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr int kNoDashboards = 3;

// What can't be had of levels of other names, or without the records of their rules.
std::vector<detail::LevelMistake> dashboard_mistakes(const ServiceLevels& levels) {
  auto mistakes = pack_mistakes(levels);
  if (levels.metrics != MetricNames{})
    mistakes.push_back({"metrics", "dashboards are over the metrics as vitals calls them; leave 'metrics' out"});
  return mistakes;
}

struct Page {
  const char* name;
  Dashboard (*make)(const PageSource&);
  bool is_wanted;
};

std::vector<Page> pages_of(const PageSource& source) {
  const auto& levels = source.levels;
  return {{"overview", overview_page, true},
          {"endpoints", endpoints_page, source.has_requests},
          {"database", database_page, source.has_database},
          {"cache", cache_page, source.has_cache},
          {"process", process_page, true},
          {"service-levels", service_levels_page, !detail::objectives(levels).empty()},
          {"history", history_page, has_request_levels(levels)}};
}

}  // namespace

CommandResult dashboards(const DashboardsArguments& arguments) {
  ServiceLevels levels;
  try {
    levels = detail::load_levels(arguments.config, dashboard_mistakes);
  } catch (const std::invalid_argument& error) {
    return {fmt::format("{}\n", error.what()), kNoDashboards};  // as a compiler says it: editors find the places
  }

  const PageSource source{levels, arguments.job, arguments.all};
  const std::filesystem::path folder{arguments.output};
  const auto origin = fmt::format("{} from {}", library_version(), printable(arguments.config, kMostOfPath));
  std::vector<OutputFile> files;
  std::vector<std::filesystem::path> unwanted;
  for (const auto& [name, make, is_wanted] : pages_of(source)) {
    const auto path = folder / fmt::format("{}.json", name);
    if (!is_wanted) {
      unwanted.push_back(path);
      continue;
    }
    const auto page = make(source);
    files.push_back({path, dashboard_json(page, source, origin), counted(count_panels(page), "panel")});
  }
  const OutputWriter writer{"vitals dashboards", kDashboardMark};
  const auto written = write_files(folder, files, writer);
  return {written + remove_files(unwanted, writer), 0};
}

}  // namespace vitals::tool
