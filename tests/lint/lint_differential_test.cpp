// What other checkers refuse, lint refuses too: the strict OpenMetrics parser of Python's prometheus_client, and
// promtool.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"
#include "support/test_path.hpp"

namespace vitals {
namespace {

constexpr const char* kPython = "/usr/bin/python3";  // Debian's, which has python3-prometheus-client

class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "vitals-lint-XXXXXX";
    path_ = ::mkdtemp(pattern.data()) ? pattern : "";
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    const auto path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::string path_;
};

struct Output {
  int status;
  std::string text;
};

Output run(const std::string& command) {
  Output output{-1, ""};
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return output;
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, pipe)) output.text.append(buffer, n);
  const int status = ::pclose(pipe);
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return output;
}

bool has_error(const std::string& text, LintFormat format) {
  const auto problems = lint_exposition(text, format);
  return std::any_of(problems.begin(), problems.end(), [](const auto& one) { return one.severity == kError; });
}

const std::string kOpenMetricsText =
    "# TYPE http_seconds histogram\n# UNIT http_seconds seconds\n# HELP http_seconds Time.\n"
    "http_seconds_bucket{p=\"/\",le=\"0.1\"} 1 # {trace=\"abc\"} 0.05 17.123\n"
    "http_seconds_bucket{p=\"/\",le=\"1.0\"} 1\nhttp_seconds_bucket{p=\"/\",le=\"+Inf\"} 2\n"
    "http_seconds_count{p=\"/\"} 2\nhttp_seconds_sum{p=\"/\"} 1.5\nhttp_seconds_created{p=\"/\"} 17.5\n"
    "# TYPE g gaugehistogram\ng_bucket{le=\"-1.0\"} 1\ng_bucket{le=\"+Inf\"} 2\ng_gcount 2\ng_gsum -3\n"
    "# TYPE build info\n# HELP build Build.\nbuild_info{version=\"1\"} 1\n"
    "# TYPE s stateset\ns{s=\"on\"} 1\ns{s=\"off\"} 0\n"
    "# TYPE q summary\nq{quantile=\"0.5\"} 1\nq{quantile=\"1.0\"} 2\nq_sum 3\nq_count 2\nq_created 17.0\n"
    "# TYPE t gauge\nt{x=\"a\\\"b\\\\c\\n\"} -1.5e3 17\nt{x=\"2\"} +Inf 18\n"
    "# TYPE jobs counter\n# HELP jobs Jobs.\njobs_total 1 # {} 1\njobs_created 17.0\n# EOF\n";

const std::string kTextText =
    "# HELP http_seconds Time.\n# TYPE http_seconds histogram\nhttp_seconds_bucket{p=\"/\",le=\"0.1\"} 1\n"
    "http_seconds_bucket{p=\"/\",le=\"+Inf\"} 2\nhttp_seconds_sum{p=\"/\"} 1.5\nhttp_seconds_count{p=\"/\"} 2\n"
    "# HELP g Gauge.\n# TYPE g gauge\ng{x=\"a\\\"b\\\\c\\n\"} -1.5e3\ng{x=\"2\"} NaN\n"
    "# HELP q Summary.\n# TYPE q summary\nq{quantile=\"0.5\"} 1\nq_sum 3\nq_count 2\n"
    "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n# A comment.\n\n"
    "# HELP u Untyped.\n# TYPE u untyped\nu 1 1700000000000\n";

/// The text with a few small changes: bytes, tokens, whole lines.
std::string mutated(const std::string& original, std::mt19937_64& random) {
  static const std::vector<std::string> kTokens{
      " ",  "  ",      "\n", "\"",   "\\",   "{",   "}",     "=",  ",",       "#",      "-",        "NaN",
      "1",  "0.5",     "-1", "+Inf", "_",    "0x1", "1e400", "le", "__a",     "_total", "_created", "_sum",
      "# ", "# EOF\n", "\t", "a",    "\r\n", "inf", "1.0",   "2",  "x=\"1\"", "gauge",  "counter",  "info"};
  auto text = original;
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  for (auto n = 1 + below(2); n > 0 && !text.empty(); --n) {
    const auto at = below(text.size());
    const auto start = text.rfind('\n', at) + 1;  // 0 when there is none
    const auto line = text.substr(start, text.find('\n', start) + 1 - start);
    switch (below(6)) {
      case 0:
        text.erase(at, 1 + below(4));
        break;
      case 1:
        text.insert(at, kTokens[below(kTokens.size())]);
        break;
      case 2:
        text.replace(at, 1, kTokens[below(kTokens.size())]);
        break;
      case 3:
        text.erase(start, line.size());
        break;
      case 4:
        text.insert(start, line);
        break;
      default: {
        text.erase(start, line.size());
        const auto to = text.empty() ? 0 : text.rfind('\n', below(text.size())) + 1;
        text.insert(to, line);
      }
    }
  }
  return text;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  for (std::size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find('\n', start), text.size());
    all.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return all;
}

bool has_prometheus_client() {
  return run(std::string(kPython) + " -c 'import prometheus_client.openmetrics.parser'").status == 0;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(LintDifferential, WhatPythonsClientWritesHasNoErrors) {
  if (!has_prometheus_client()) GTEST_SKIP() << "python3-prometheus-client is not installed";
  const Folder folder;
  const auto openmetrics = folder.write("openmetrics", "");
  const auto text = folder.write("text", "");

  const auto written =
      run(std::string(kPython) + " " + test_path("lint/lint_client.py") + " " + openmetrics + " " + text);

  ASSERT_EQ(written.status, 0) << written.text;
  EXPECT_EQ(shown(lint_exposition(contents(openmetrics), LintFormat::OpenMetrics)), "");
  EXPECT_FALSE(has_error(contents(text), LintFormat::Text)) << shown(lint_exposition(contents(text), LintFormat::Text));
  EXPECT_EQ(detect_lint_format(contents(openmetrics)), LintFormat::OpenMetrics);
}

TEST(LintDifferential, WhatPythonsOpenMetricsParserRefusesIsAnError) {
  if (!has_prometheus_client()) GTEST_SKIP() << "python3-prometheus-client is not installed";
  ASSERT_FALSE(has_error(kOpenMetricsText, LintFormat::OpenMetrics))
      << shown(lint_exposition(kOpenMetricsText, LintFormat::OpenMetrics));
  std::mt19937_64 random(31);
  const Folder folder;
  std::vector<std::string> texts{kOpenMetricsText};
  for (int i = 0; i < 1500; ++i) texts.push_back(mutated(kOpenMetricsText, random));
  for (std::size_t i = 0; i < texts.size(); ++i) folder.write(std::to_string(i), texts[i]);

  const auto verdicts =
      lines(run(std::string(kPython) + " " + test_path("lint/lint_oracle.py") + " " + folder.path()).text);

  ASSERT_EQ(verdicts.size(), texts.size());
  EXPECT_EQ(verdicts[0], "ok");
  int refused = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (verdicts[i] == "ok") continue;
    ++refused;
    EXPECT_TRUE(has_error(texts[i], LintFormat::OpenMetrics)) << verdicts[i] << " in:\n" << texts[i];
  }
  EXPECT_GT(refused, 1000);
}

// Warnings of promtool (exit status 3) must be ours too, errors (1) errors.
TEST(LintDifferential, WhatPromtoolRefusesIsAnErrorAndWhatItLintsAWarning) {
  if (run("command -v promtool").status != 0) GTEST_SKIP() << "promtool is not installed";
  ASSERT_EQ(shown(lint_exposition(kTextText, LintFormat::Text)).find("error"), std::string::npos);
  std::mt19937_64 random(32);
  const Folder folder;
  int refused = 0;
  int linted = 0;

  for (int i = 0; i < 200; ++i) {
    const auto text = i == 0 ? kTextText : mutated(kTextText, random);
    const auto verdict = run("promtool check metrics <" + folder.write("metrics", text));
    if (i == 0) {
      ASSERT_EQ(verdict.status, 0) << verdict.text;
    }
    refused += verdict.status == 1;
    linted += verdict.status == 3;
    if (verdict.status == 1) {
      EXPECT_TRUE(has_error(text, LintFormat::Text)) << verdict.text << text;
    }
    if (verdict.status == 3) {
      EXPECT_FALSE(lint_exposition(text, LintFormat::Text).empty()) << verdict.text << text;
    }
  }

  EXPECT_GT(refused, 50);
  EXPECT_GT(linted, 10);
}

/// The names that promtool complains of, with our rule of the same meaning.
TEST(LintDifferential, PromtoolsRulesAreOurs) {
  if (run("command -v promtool").status != 0) GTEST_SKIP() << "promtool is not installed";
  struct Rule {
    std::string name, type;
    const char* rule;
  };
  const Folder folder;
  for (const auto& [name, type, rule] : std::vector<Rule>{{"a_milliseconds", "gauge", "base-unit"},
                                                          {"a_hours", "gauge", "base-unit"},
                                                          {"a_kibibytes", "gauge", "base-unit"},
                                                          {"a_bits", "gauge", "base-unit"},
                                                          {"a", "counter", "counter-total"},
                                                          {"a_total", "gauge", "non-counter-total"},
                                                          {"a_bucket", "gauge", "reserved-suffix"},
                                                          {"a_count", "gauge", "reserved-suffix"},
                                                          {"a_sum", "gauge", "reserved-suffix"},
                                                          {"a_gauge", "gauge", "type-in-name"},
                                                          {"A_GAUGE", "gauge", "type-in-name"},
                                                          {"a:x", "gauge", "reserved-colon"},
                                                          {"aX", "gauge", "camel-case"},
                                                          {"a_ms", "gauge", "unit-abbreviation"},
                                                          {"A_MS", "gauge", "unit-abbreviation"},
                                                          {"a_kb", "gauge", "unit-abbreviation"}}) {
    const auto text = head(name, type) + name + " 1\n";
    EXPECT_EQ(run("promtool check metrics <" + folder.write("metrics", text)).status, 3) << text;
    EXPECT_NE(shown(lint_exposition(text, LintFormat::Text)).find(rule), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace vitals
