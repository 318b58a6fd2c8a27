// vitals load as its users run it, against servers of the test's own.
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "tool/load/counting_server.hpp"
#include "tool/load/load_testing.hpp"
#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(Load, CountsExactlyWhatTheServerCounts) {
  const CountingServer server;

  const auto result = run_tool({"load", "--url", server.url() + "/x", "--rate", "3000", "--duration", "500ms",
                                "--threads", "2", "--format", "json"});

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  const auto report = json_of(result);
  EXPECT_EQ(report["all"]["requests"], 1500);
  EXPECT_EQ(report["all"]["failed"], 0);
  EXPECT_EQ(outcomes_of(report), (json{{"200", 1500}}));
  EXPECT_EQ(server.requests(), 1500);
  EXPECT_GT(report["all"]["p50_seconds"].get<double>(), 0);
  EXPECT_LE(report["all"]["p99_seconds"].get<double>(), report["all"]["max_seconds"].get<double>());
}

TEST(Load, UsersCountExactlyToo) {
  const CountingServer server;

  const auto result = run_tool(
      {"load", "--url", server.url(), "--users", "10", "--duration", "300ms", "--threads", "3", "--format", "json"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(json_of(result)["all"]["requests"], server.requests());
  EXPECT_GT(server.requests(), 10);
}

TEST(Load, UsersThink) {
  const CountingServer server;
  const auto file =
      scenario_file(server.url(), "users: 5\nthink_time: 1h\nduration: 200ms\nrequests: [request: GET /]\n");

  EXPECT_EQ(run_tool({"load", "--scenario", file}).status, 0);
  EXPECT_EQ(server.requests(), 5);
}

TEST(Load, LatencyCountsFromWhenARequestWasDue) {
  // One connection, and a first answer after 300 ms: the others wait for it, and their latency says so.
  ScriptedServer server([](int number, const std::string&) {
    if (number == 0) std::this_thread::sleep_for(std::chrono::milliseconds{300});
    return closing("");
  });

  const auto result = run_tool({"load", "--url", server.url(), "--rate", "100", "--duration", "200ms", "--connections",
                                "1", "--format", "json"});

  const auto report = json_of(result);
  EXPECT_EQ(report["all"]["requests"], 20);
  EXPECT_GT(report["all"]["p50_seconds"].get<double>(), 0.1);
  EXPECT_GE(report["late_for_connections"].get<int>(), 15);
}

TEST(Load, SaysWhenItsRateWasNotKept) {
  ScriptedServer server([](int, const std::string&) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
    return closing("");
  });

  const auto result = run_tool({"load", "--url", server.url(), "--rate", "1000", "--duration", "300ms", "--connections",
                                "1", "--timeout", "500ms"});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("requests were due and never sent"));
  EXPECT_THAT(result.out,
              testing::ContainsRegex("asked 1000/s, sent [0-9]+/s; .*percentiles include; all connections were"));
}

TEST(Load, TheSetupsTokenIsSent) {
  ScriptedServer server([](int, const std::string& request) {
    if (request.starts_with("POST /login")) return closing(R"({"user": {"tokens": ["a", "T-1"]}})");
    const bool has_token = request.find("Authorization: Bearer T-1\r\n") != request.npos;
    return has_token ? closing("welcome")
                     : std::string{"HTTP/1.1 401 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"};
  });
  const auto file = scenario_file(base_of(server), R"(rate: 50/s
duration: 200ms
headers: {Authorization: "Bearer {{token}}"}
setup: [{request: POST /login, extract: {token: "user.tokens[1]"}}]
requests: [{request: GET /me, expect: {status: 200, body: welcome}}]
)");

  const auto result = run_tool({"load", "--scenario", file, "--format", "json"});

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(json_of(result)["setup"][0]["outcomes"], (json{{"200", 1}}));
  EXPECT_EQ(json_of(result)["all"]["requests"], 10);
}

TEST(Load, EachUserHasTheirOwnSetup) {
  ScriptedServer server([](int number, const std::string& request) {
    if (request.starts_with("POST /login")) return closing("{\"token\": \"t" + std::to_string(number) + "\"}");
    return closing(request.substr(0, request.find("\r\n")));
  });
  const auto file = scenario_file(base_of(server), R"(users: 3
think_time: 1h
duration: 300ms
user_setup: [{request: POST /login, extract: {token: token}}]
requests: [{request: "GET /{{token}}", expect: {body: GET /t}}]
)");

  const auto result = run_tool({"load", "--scenario", file, "--format", "json"});

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(json_of(result)["setup"][0]["requests"], 3);
  EXPECT_EQ(json_of(result)["all"]["requests"], 3);
}

TEST(Load, ASetupThatFailsEndsItBeforeTheLoad) {
  ScriptedServer server([](int, const std::string&) { return closing("{}"); });
  const auto file = scenario_file(base_of(server), R"(rate: 50/s
duration: 200ms
setup: [{request: POST /login, extract: {token: token}}]
requests: [request: GET /]
)");

  const auto result = run_tool({"load", "--scenario", file});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("POST /login of the setup failed at http://127.0.0.1:"));
  EXPECT_THAT(result.err, HasSubstr("its answer has no token; it has no keys; no load was sent"));
  EXPECT_EQ(server.requests(), 1);
}

TEST(Load, NoMessageShowsASecretOfASetup) {
  for (const auto* body :
       {R"({"access_token": "SEKRET", "user": {"id": 7}})", "SEKRET", R"({"token": "SEK\nSEKRET"})"}) {
    ScriptedServer server([&](int, const std::string&) { return closing(body); });
    const auto file = scenario_file(base_of(server), R"(rate: 50/s
duration: 200ms
setup: [{request: POST /login, extract: {token: token}}]
requests: [request: GET /]
)");

    const auto result = run_tool({"load", "--scenario", file});

    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("POST /login of the setup failed"));
    EXPECT_THAT(result.err, Not(HasSubstr("SEK")));
    if (std::string_view{body}.starts_with("{\"access")) {
      EXPECT_THAT(result.err, HasSubstr("its answer has no token; it has the keys access_token, user;"));
    }
  }
}

TEST(Load, ChecksThatFailAreErrors) {
  ScriptedServer server([](int number, const std::string&) {
    if (number % 4 == 0) return std::string{"HTTP/1.1 500 Oh\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"};
    if (number % 4 == 1) return closing(R"({"n": 1})", "X: no\r\n");
    if (number % 4 == 2) return closing(R"({"n": 2})", "X: yes\r\n");
    return closing(R"({"n": 1})", "X: yes\r\n");
  });
  const auto file = scenario_file(base_of(server), R"(rate: 100/s
duration: 400ms
connections: 1
requests: [{request: GET /, expect: {headers: {x: yes}, json: {n: 1}, has: [n]}}]
)");

  const auto result = run_tool({"load", "--scenario", file, "--format", "json"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(outcomes_of(json_of(result)), (json{{"200", 10},
                                                {"200, n is not '1'", 10},
                                                {"200, the header x has no 'yes'", 10},
                                                {"500, not an expected status", 10}}));
}

TEST(Load, JudgesByServiceLevels) {
  const CountingServer server;
  const auto levels = temporary_file("levels.yml", R"(latency:
  - {objective: 50%, target: 10s}
error_rate: {target: 1%}
route_budgets:
  - {name: other, routes: [GET /other], target: 1s}
cache_hit_ratio: {target: 50%}
)");

  const auto good =
      run_tool({"load", "--url", server.url() + "/x", "--rate", "800", "--duration", "500ms", "--config", levels});

  EXPECT_EQ(good.status, 0) << good.out << good.err;
  EXPECT_THAT(good.out, testing::ContainsRegex("p50 response time .*<= 10s .*ok"));
  EXPECT_THAT(good.out, testing::ContainsRegex("error rate .*ok"));
  EXPECT_THAT(good.out, HasSubstr("the load asks for no route of other budget p95"));

  ScriptedServer bad([](int, const std::string&) {
    return std::string{"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n?"};
  });
  const auto file =
      scenario_file(base_of(bad), "rate: 100/s\nduration: 400ms\nrequests: [{request: GET /, expect: {body: '!'}}]\n");
  const auto failed = run_tool({"load", "--scenario", file, "--config", levels, "--format", "json"});
  EXPECT_EQ(failed.status, 1) << failed.err;
  EXPECT_EQ(json_of(failed)["check"]["targets"][1]["value"], 1);
  EXPECT_EQ(run_tool({"load", "--scenario", file, "--config", levels, "--fail-on", "critical"}).status, 0);
}

TEST(Load, TellsOfRoutesThatTheLevelsNameWithOtherHoles) {
  const CountingServer server;
  const auto levels = temporary_file("holes.yml", R"(endpoint_classes:
  - {name: details, routes: ['GET|PUT /a/{id}', 'GET /b/{id}'], target: 10s}
  - {name: rest, others: true, target: 10s}
)");
  const std::string requests = R"(rate: 100/s
duration: 100ms
variables: {client: {integer: 1..9}}
requests:
  - request: GET /a/{{client}}
  - request: DELETE /a/{{client}}
  - {request: 'GET /b/{{client}}', route: '/b/{id}'}
)";

  const auto result = run_tool({"load", "--scenario", scenario_file(server.url(), requests), "--config", levels});

  EXPECT_THAT(result.out, HasSubstr("GET /a/{client} is not judged as GET /a/{id}, as its holes have other names; say "
                                    "'route: /a/{id}' in the scenario"));
  EXPECT_THAT(result.out, Not(HasSubstr("DELETE /a/{client} is not")));
  EXPECT_THAT(result.out, Not(HasSubstr("/b/{id} is not")));
}

TEST(Load, WritesReports) {
  const CountingServer server;
  const auto folder = temporary_folder();
  const auto file = scenario_file(
      server.url(),
      "rate: 100/s\nduration: 200ms\nrequests: [{request: GET /, route: \"</td><script>alert(1)</script>\"}]\n");

  const auto result = run_tool({"load", "--scenario", file, "--report", "json=" + folder + "/load.json", "--report",
                                "html=" + folder + "/load.html"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::ContainsRegex("\nall +20 +0 "));
  EXPECT_EQ(json::parse(read_text(folder + "/load.json"))["all"]["requests"], 20);
  const auto html = read_text(folder + "/load.html");
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
}

TEST(Load, AReportThatCanNotBeWrittenCostsNoOther) {
  const CountingServer server;
  const auto file = scenario_file(server.url(), "rate: 100/s\nduration: 100ms\nrequests: [request: GET /]\n");
  const auto good = temporary_folder() + "/beside.json";

  const auto result = run_tool({"load", "--scenario", file, "--report", "html=/dev/full", "--report", "json=" + good});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, testing::ContainsRegex("\nall +10 +0 "));
  EXPECT_THAT(result.err, HasSubstr("can't write /dev/full: No space left on device"));
  EXPECT_EQ(json::parse(read_text(good))["all"]["requests"], 10);
}

TEST(Load, LeavesItsInputsAndEarlierReportsAlone) {
  ScriptedServer server([](int, const std::string&) { return closing("{}"); });
  const auto file = scenario_file(base_of(server), R"(rate: 50/s
duration: 200ms
setup: [{request: POST /login, extract: {token: token}}]
requests: [request: GET /]
)");
  const auto text = read_text(file);
  const auto earlier = temporary_file("earlier.json", "{}");

  const auto refused = run_tool({"load", "--scenario", file, "--report", "json=" + file});
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, HasSubstr("is read by this command, and would be overwritten; give another file"));
  EXPECT_EQ(read_text(file), text);
  EXPECT_EQ(run_tool({"load", "--scenario", file, "--report", "json=" + earlier}).status, 3);
  EXPECT_EQ(read_text(earlier), "{}");
}

TEST(Load, FailuresThatNoTargetCountsAreNoSuccess) {
  ScriptedServer server([](int number, const std::string&) {
    return number % 10 == 0 ? closing("") : std::string{"SSH-2.0-OpenSSH_9.2p1\r\n\r\n"};
  });
  const auto levels = temporary_file("latency.yml", "latency:\n  - {objective: 50%, target: 10s}\n");

  const auto result = run_tool({"load", "--url", base_of(server), "--rate", "400", "--duration", "500ms",
                                "--connections", "1", "--config", levels});

  EXPECT_EQ(result.status, 1) << result.out;
  EXPECT_THAT(result.out,
              testing::ContainsRegex("failed: 180 requests, and no target counts errors; add an error_rate"));
}

TEST(Load, JudgesAsManyRequestsAsAScenarioMayHave) {
  const CountingServer server;
  std::string requests{"rate: 100/s\nduration: 200ms\nrequests:\n"};
  for (int i = 0; i < 1000; ++i) requests += "- request: GET /" + std::to_string(i) + "\n";
  const auto levels = temporary_file("errors.yml", "error_rate: {target: 50%}\n");

  const auto result =
      run_tool({"load", "--scenario", scenario_file(server.url(), requests), "--config", levels, "--format", "json"});

  EXPECT_EQ(result.err, "");
  EXPECT_EQ(json_of(result)["requests"].size(), 1000);
  EXPECT_EQ(json_of(result)["check"]["targets"].size(), 1);
}

TEST(Load, OutcomesOfOneTextAreAddedUp) {
  const std::string start(100, 'a');
  ScriptedServer server(
      [&](int number, const std::string&) { return closing(number % 2 == 0 ? "none" : start + "1"); });
  const auto file = scenario_file(base_of(server),
                                  "rate: 100/s\nduration: 100ms\nconnections: 1\nrequests: "
                                  "[{request: GET /, expect: {body: [" +
                                      start + "1, " + start + "2]}}]\n");

  const auto result = run_tool({"load", "--scenario", file, "--format", "json"});

  const auto outcomes = outcomes_of(json_of(result));
  ASSERT_EQ(outcomes.size(), 1) << outcomes;
  EXPECT_EQ(*outcomes.begin(), 10);
}

TEST(Load, UsersWhoAreLateAreCounted) {
  const CountingServer server;
  const auto file =
      scenario_file(server.url(), "users: 20\nthink_time: 20ms\nduration: 1s\nrequests: [request: GET /]\n");
  const auto report = temporary_file("late.json", "");
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);

  const auto process = start_tool({"load", "--scenario", file, "--report", "json=" + report}, null, null, null);
  // Over and over: users who were stopped while they waited for an answer begin to think when they have it, and are not
  // late.
  for (int tries = 0; tries < 3000 && server.requests() < 20; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  for (int stops = 0; stops < 8; ++stops) {
    ::kill(process, SIGSTOP);
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    ::kill(process, SIGCONT);
    std::this_thread::sleep_for(std::chrono::milliseconds{20 + 3 * stops});
  }

  EXPECT_EQ(wait_for(process), 0);
  ::close(null);
  EXPECT_GE(json::parse(read_text(report))["late_for_time"].get<int>(), 1);
}

TEST(Load, ThreadsNeedOpenFilesToo) {
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{200, 200};
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const auto result = run_tool({"load", "--url", "http://127.0.0.1:1", "--rate", "1", "--duration", "1ms",
                                  "--connections", "100", "--threads", "50"});
    const bool is_told = result.err.find("ulimit -n 314") != result.err.npos;
    ::_exit(result.status == 3 && is_told ? 0 : 1);
  }
  EXPECT_EQ(wait_for(child), 0);
}

TEST(Load, RefusesWhatItCanNotDo) {
  const auto refused = [](const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"load"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto result = run_tool(all);
    EXPECT_EQ(result.status, 3) << result.out;
    return result.err;
  };

  EXPECT_THAT(refused({}), HasSubstr("give --scenario or --url; vitals load init FILE"));
  EXPECT_THAT(refused({"--url", "http://127.0.0.1:1"}), HasSubstr("give --rate or --users"));
  EXPECT_THAT(refused({"--url", "http://no-such-host.invalid", "--rate", "1"}),
              HasSubstr("the host no-such-host.invalid isn't found"));
  EXPECT_THAT(refused({"--url", "ftp://h", "--rate", "1"}), HasSubstr("it must begin with http:// or https://"));
  EXPECT_THAT(refused({"--scenario", "no-such-file.yml"}), HasSubstr("no-such-file.yml"));
  EXPECT_THAT(refused({"--url", "http://127.0.0.1:1", "--rate", "1", "--report", "pdf=x"}),
              HasSubstr("forms are table, json, html"));
  EXPECT_THAT(refused({"--url", "http://127.0.0.1:1", "--rate", "1", "--users", "1"}), HasSubstr("excludes"));
  EXPECT_THAT(refused({"--url", "https://127.0.0.1:1", "--rate", "1", "--ca-file", "no-such.pem"}),
              HasSubstr("--ca-file no-such.pem"));
}

TEST(Load, AnInterruptEndsItWithAReport) {
  const CountingServer server;
  const auto report = temporary_file("interrupted.json", "");
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);

  const auto process =
      start_tool({"load", "--url", server.url(), "--rate", "100", "--duration", "1h", "--report", "json=" + report},
                 null, null, null);
  for (int tries = 0; server.requests() < 20 && tries < 3000; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  ::kill(process, SIGINT);

  EXPECT_EQ(wait_for(process), 130);
  ::close(null);
  const auto said = json::parse(read_text(report));
  EXPECT_EQ(said["interrupted"], true);
  EXPECT_EQ(said["all"]["requests"], server.requests());
}

TEST(Load, InitWritesAScenarioOnce) {
  const auto path = temporary_folder() + "/load-init.yml";

  EXPECT_EQ(run_tool({"load", "init", path}).status, 0);
  EXPECT_EQ(read_text(path), run_tool({"load", "init"}).out);
  const auto again = run_tool({"load", "init", path});
  EXPECT_EQ(again.status, 3);
  EXPECT_THAT(again.err, HasSubstr("it is never overwritten"));
}

}  // namespace
}  // namespace vitals::tool
