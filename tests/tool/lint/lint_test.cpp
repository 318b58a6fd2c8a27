// vitals lint, the command. What it finds is tested with vitals/lint.hpp, in tests/lint.
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <vitals/lint.hpp>

#include "tool/real_prometheus.hpp"
#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kClean = "# HELP a Help.\n# TYPE a gauge\na 1\n";
const std::string kWarned = "# TYPE a gauge\na 1\n";
const std::string kBroken = "# HELP a Help.\n# TYPE a gauge\na 1\na 2\na{x=\"1\"} 0x1\n";

// More warnings than are listed.
std::string many_odd_bounds() {
  std::string text;
  for (std::size_t i = 0; i <= kMaxLintProblems; ++i) {
    const auto name = "h" + std::to_string(i);
    text += "# HELP " + name + " Help.\n# TYPE " + name + " histogram\n" + name + "_bucket{le=\"Inf\"} 1\n" + name +
            "_sum 1\n" + name + "_count 1\n";
  }
  return text;
}

std::string saved(const std::string& text) { return temporary_file("lint.prom", text); }

TEST(Lint, PrintsPlaceSeverityMessageAndRuleLikeACompiler) {
  const auto file = saved(kBroken);

  const auto result = run_tool({"lint", file});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out, file +
                            ":4:1: error: a: the same series as on line 3; leave one of them out [duplicate-series]\n" +
                            file + ":5:10: error: a: expected a number, found '0x1' [invalid-number]\n" + file +
                            " (text): 2 errors, 0 warnings\n");
}

TEST(Lint, ExitStatusTellsErrorsFromWarnings) {
  EXPECT_EQ(run_tool({"lint", saved(kClean)}).status, 0);
  EXPECT_EQ(run_tool({"lint", saved(kWarned)}).status, 1);
  EXPECT_EQ(run_tool({"lint", saved(kWarned), "--warnings-as-errors"}).status, 2);
  EXPECT_EQ(run_tool({"lint", saved(kWarned), "--no-warnings"}).status, 0);
  EXPECT_EQ(run_tool({"lint", saved(kWarned), "--ignore", "help-missing"}).status, 0);
  EXPECT_EQ(run_tool({"lint", saved(kWarned), "--ignore", "base-unit", "--ignore", "help-missing"}).status, 0);
  EXPECT_EQ(run_tool({"lint", "/no/such/file"}).status, 3);
  EXPECT_EQ(run_tool({"lint"}).status, 3);
  EXPECT_EQ(run_tool({"lint", saved(kClean), "--format", "xml"}).status, 3);
  EXPECT_EQ(run_tool({"lint", saved(kClean), "--no-warnings", "--warnings-as-errors"}).status, 3);
  for (const auto& source : {std::string{"http://127.0.0.1:1/metrics"}, saved(kClean)}) {
    EXPECT_EQ(run_tool({"lint", source, "--timeout", "soon"}).status, 3) << source;
    EXPECT_EQ(run_tool({"lint", source, "--timeout", "-1"}).status, 3) << source;
  }
}

// They were left out of the first 1,000 problems, with the error no longer among them.
TEST(Lint, WhatIsLeftOutHidesNothing) {
  const std::string too_many = many_odd_bounds() + "# HELP z_total Help.\n# TYPE z_total counter\nz_total -1\n";

  const auto ignored = run_tool({"lint", saved(too_many), "--ignore", "le-not-canonical"});
  const auto errors = run_tool({"lint", saved(too_many), "--no-warnings"});
  const auto both = run_tool({"lint", saved(too_many), "--warnings-as-errors", "--ignore", "counter-negative",
                              "--ignore", "le-not-canonical"});

  EXPECT_EQ(ignored.status, 2);
  EXPECT_THAT(ignored.out, HasSubstr("[counter-negative]\n"));
  EXPECT_THAT(ignored.out, HasSubstr(": 1 error, 0 warnings\n"));
  EXPECT_EQ(errors.status, 2);
  EXPECT_THAT(errors.out, HasSubstr(": 1 error, 0 warnings\n"));
  EXPECT_EQ(both.status, 0) << both.out;
}

TEST(Lint, LeavesOutWhatConcernsTheWholeAnswer) {
  const ScriptedServer html([](int, const std::string&) { return http_ok(kClean, "Content-Type: text/html\r\n"); });

  EXPECT_EQ(run_tool({"lint", html.url(), "--ignore", "content-type"}).status, 0);
}

TEST(Lint, PrintsJson) {
  const auto file = saved(kWarned);

  const auto result = run_tool({"lint", file, "--json"});

  EXPECT_EQ(result.out,
            "{\"source\": \"" + file +
                "\", \"format\": \"text\", \"errors\": 0, \"warnings\": 1, \"problems\": [\n"
                "  {\"line\": 1, \"column\": 8, \"severity\": \"warning\", \"metric\": \"a\", \"rule\": "
                "\"help-missing\", \"message\": \"no help text; say in one sentence what is measured\"}\n]}\n");
}

TEST(Lint, SeesTheFormatOfAFileUnlessItIsTold) {
  EXPECT_THAT(run_tool({"lint", saved("# TYPE a gauge\n# EOF\n")}).out, HasSubstr("(openmetrics)"));
  EXPECT_THAT(run_tool({"lint", saved("# TYPE a gauge\n# EOF\n"), "--format", "text"}).out, HasSubstr("(text)"));
  EXPECT_THAT(run_tool({"lint", saved(std::string("\x07\x0a\x01\x61\x18\x01\x22\x00", 8))}).out,
              HasSubstr("(protobuf)"));
}

TEST(Lint, ReadsTheStandardInput) {
  const auto file = saved(kWarned);
  const int in = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const auto out_path = temporary_file("lint.out", "");
  const int out = ::open(out_path.c_str(), O_WRONLY | O_CLOEXEC);

  const int status = wait_for(start_tool({"lint", "-"}, in, out, out));

  EXPECT_EQ(status, 1);
  EXPECT_THAT(read_text(out_path), HasSubstr("(standard input):1:8: warning: a: no help text"));
  ::close(in);
  ::close(out);
}

// As when `curl -s` could not reach the server.
TEST(Lint, NothingToCheckIsAnError) {
  for (const auto* text : {"", "\n", "# a comment\n\n", "# EOF\n"}) {
    const auto result = run_tool({"lint", saved(text)});
    EXPECT_EQ(result.status, 2) << text;
    EXPECT_THAT(result.out, HasSubstr(": error: there are no metrics: nothing was checked [no-metrics]\n")) << text;
  }
  EXPECT_EQ(run_tool({"lint", saved(""), "--format", "protobuf"}).status, 2);
  EXPECT_EQ(run_tool({"lint", saved(""), "--ignore", "no-metrics"}).status, 0);
  EXPECT_EQ(run_tool({"lint", saved("# HELP a Help.\n# TYPE a gauge\n")}).status, 0);
  const ScriptedServer server([](int, const std::string&) { return http_ok("", "Content-Type: text/plain\r\n"); });
  EXPECT_EQ(run_tool({"lint", server.url()}).status, 2);
}

TEST(Lint, RefusesToIgnoreARuleThatDoesNotExist) {
  const auto result = run_tool({"lint", saved(kClean), "--ignore", "help-missing", "--ignore", "nonsuch"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("--ignore: there is no rule nonsuch; docs/lint.md has them all"));
}

TEST(Lint, AnAddressNeedsItsScheme) {
  for (const auto* address : {"127.0.0.1:9470/metrics", "localhost:9470", "[::1]:9470/metrics", "example.com/metrics",
                              "localhost/", "app/metrics"}) {
    const auto result = run_tool({"lint", address});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr(std::string("an address needs its scheme: http://") + address)) << address;
  }
  EXPECT_THAT(run_tool({"lint", "me:secret@localhost:9470/metrics"}).err, Not(HasSubstr("secret")));
  for (const auto* file : {"metrics.prom", "./localhost:9470", "/no/such/metrics", "out/metrics.prom", "c:"})
    EXPECT_THAT(run_tool({"lint", file}).err, HasSubstr(std::string(file) + " can't be opened")) << file;
}

TEST(Lint, AsksAnAddressForTheFormat) {
  std::string request;
  std::optional<ScriptedServer> server;
  server.emplace([&](int, const std::string& header) {
    request = header;
    return http_ok(kClean + "# EOF\n", "Content-Type: application/openmetrics-text; version=1.0.0\r\n");
  });

  const auto result = run_tool({"lint", server->url(), "--format", "openmetrics"});
  server.reset();  // so that its thread has ended

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(request, HasSubstr("Accept: application/openmetrics-text; version=1.0.0\r\n"));
  EXPECT_THAT(result.out, HasSubstr("(openmetrics): 0 errors"));
  EXPECT_EQ(result.err, "");
}

TEST(Lint, JudgesByTheAnsweredContentType) {
  const ScriptedServer server(
      [&](int, const std::string&) { return http_ok(kClean, "Content-Type: text/plain; version=0.0.4\r\n"); });

  const auto result = run_tool({"lint", server.url(), "--format", "protobuf"});

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_EQ(result.err, "vitals lint: asked for protobuf, the server answered with text\n");
}

TEST(Lint, RefusesAContentTypeOfNoMetrics) {
  const ScriptedServer html([&](int, const std::string&) { return http_ok(kClean, "Content-Type: text/html\r\n"); });
  const ScriptedServer malformed(
      [&](int, const std::string&) { return http_ok(kClean, "Content-Type: text/plain; version\r\n"); });
  const ScriptedServer none([&](int, const std::string&) { return http_ok(kClean, ""); });

  const auto result = run_tool({"lint", html.url()});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out, HasSubstr(html.url() + ": error: the answer's Content-Type is text/html"));
  EXPECT_THAT(result.out, HasSubstr(" [content-type]\n"));
  EXPECT_THAT(run_tool({"lint", none.url()}).out, HasSubstr("Content-Type is none"));
  EXPECT_THAT(run_tool({"lint", malformed.url()}).out, HasSubstr("Content-Type is text/plain; version, malformed or"));
}

TEST(Lint, SaysOfAWebPageWhatItIsInPlaceOfItsMistakes) {
  const std::string page = "<html>\n<body>a &lt; b</body>\n</html>\n";
  const ScriptedServer server([&](int, const std::string&) { return http_ok(page, "Content-Type: text/html\r\n"); });
  const auto host = server.url().substr(0, server.url().rfind('/'));

  const auto result = run_tool({"lint", host});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err, "vitals lint: " + host + "/ is a web page and no metrics; try " + host + "/metrics\n");
  EXPECT_THAT(run_tool({"lint", saved(page)}).err, HasSubstr("lint.prom is a web page and no metrics\n"));
}

TEST(Lint, DoesNotLetTheServerDriveTheTerminal) {
  const ScriptedServer server([](int, const std::string&) {
    return http_ok("a{x=\"\x1b[2J\",x=\"\"} \x1b[2J\n", "Content-Type: text/plain\r\n");
  });

  const auto result = run_tool({"lint", server.url()});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Lint, AnAddressThatCantBeReachedIsNoVerdict) {
  const auto result = run_tool({"lint", "http://127.0.0.1:1/metrics"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("vitals lint: http://127.0.0.1:1/metrics: "));
  EXPECT_EQ(result.out, "");
}

// What the reference implementation writes has no errors for us. (Its own metrics don't come as OpenMetrics.)
TEST(Lint, PrometheusItselfHasNoErrors) {
  if (!installed("prometheus")) GTEST_SKIP() << "prometheus is not installed";
  const PrometheusServer server;
  ASSERT_TRUE(server.wait_until_ready());

  for (const auto* format : {"text", "protobuf"}) {
    const auto result = run_tool({"lint", server.url("/metrics"), "--format", format, "--no-warnings"});
    EXPECT_EQ(result.status, 0) << format << "\n" << result.out << result.err;
    EXPECT_THAT(result.out, HasSubstr(std::string("(") + format + ")"));
  }
}

TEST(Lint, FileMayBeCompressed) {
  const auto file = temporary_file("good.prom.gz", gzipped("printf '# HELP a Help.\\n# TYPE a gauge\\na 1\\n'"));

  const auto result = run_tool({"lint", file});

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("(text): 0 errors, 0 warnings"));
}

TEST(Lint, SuggestsTheRuleThatWasProbablyMeant) {
  const auto result = run_tool({"lint", "before.prom", "--ignore", "help-mising"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, testing::HasSubstr("there is no rule help-mising; did you mean 'help-missing'?"));
}

}  // namespace
}  // namespace vitals::tool
