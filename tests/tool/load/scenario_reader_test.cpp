#include "tool/load/scenario_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tool/load/load.hpp"
#include "tool/load/open_loop.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;

constexpr std::string_view kGood = R"(url: http://127.0.0.1:8080
rate: 10/s
duration: 1s
requests:
  - request: GET /a
)";

std::string mistakes(std::string_view yaml, const ScenarioOptions& options = {}) {
  try {
    (void)read_scenario(yaml, "s.yml", options);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

// The mistakes of a scenario that has these lines besides.
std::string with(const std::string& lines) { return mistakes(std::string{kGood} + lines); }

// Those of one whose only request is this.
std::string of_request(const std::string& lines) {
  return mistakes("url: http://h\nrate: 10/s\nduration: 1s\nvariables: {client: {integer: 1..9}}\nrequests:\n" + lines);
}

std::string bytes_of(const Scenario& scenario, std::size_t request = 0) {
  Values values(scenario.variables, 1);
  values.draw(scenario.requests[request].drawn);
  for (std::size_t i = 0; i < scenario.variables.size(); ++i)
    if (scenario.variables[i].source == LoadVariable::Source::Answer) values.set(i, "s\"1");
  std::string out;
  std::string body;
  write_request(out, body, scenario.requests[request], values, "h:1");
  return out;
}

TEST(ScenarioReader, ReadsWhatTheTemplateHas) {
  const auto scenario = read_scenario(scenario_template(), "t.yml", {});

  EXPECT_EQ(scenario.url, "http://127.0.0.1:8080");
  EXPECT_EQ(scenario.rate, 50);
  EXPECT_EQ(scenario.duration, 30);
  EXPECT_EQ(scenario.connections, 64);
  ASSERT_EQ(scenario.setup.size(), 1);
  EXPECT_EQ(scenario.setup[0].extractions.size(), 1);
  ASSERT_EQ(scenario.requests.size(), 3);
  EXPECT_EQ(scenario.requests[1].name(), "GET /api/v1/clients/{id}");
  EXPECT_EQ(scenario.requests[0].weight, 10);
}

TEST(ScenarioReader, WhatTheTemplateHasInCommentsIsGoodToo) {
  std::string text{scenario_template()};
  const auto replace = [&text](std::string_view from, std::string_view to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  for (const auto* line : {"# users:", "# think_time:", "# ramp_up:", "# timeout:", "# threads:", "  # status:",
                           "  # day:", "  # order:", "  # number:"})
    replace(line, std::string{line}.erase(std::string{line}.find('#'), 2));
  replace("rate: 50/s", "");

  EXPECT_EQ(mistakes(text), "");
  const auto scenario = read_scenario(text, "t.yml", {});
  EXPECT_EQ(scenario.users, 100);
  EXPECT_EQ(scenario.least_think, 1);
  EXPECT_EQ(scenario.most_think, 3);
  EXPECT_EQ(scenario.ramp_up, 10);
}

TEST(ScenarioReader, ReadsStages) {
  const auto scenario = read_scenario(
      "url: http://h\nstages:\n  - {to: 100/s, for: 1m}\n  - {rate: 50, for: 30s}\nrequests: [request: GET /]\n",
      "s.yml", {});

  ASSERT_EQ(scenario.stages.size(), 2);
  EXPECT_EQ(scenario.stages[0].from, 0);
  EXPECT_EQ(scenario.stages[0].to, 100);
  EXPECT_EQ(scenario.stages[1].from, 50);
  EXPECT_EQ(duration_of(scenario), 90);
}

TEST(ScenarioReader, MakesTheBytesOfARequest) {
  const auto scenario = read_scenario(R"(
url: http://h:1/
rate: 10/s
duration: 1s
variables: {n: {integer: 7..7}, text: 'a "b"', day: {date: 2024-10-25..2024-10-25, format: '%d.%m.%Y'}}
headers: {Authorization: "Bearer {{token}}", X-All: all}
setup:
  - {request: POST /login, extract: {token: token}}
requests:
  - request: PUT /a/{{n}}/{{text}}?q={{n}}
    headers: {x-all: own}
    json: {n: "{{n}}", s: "<{{text}}>", t: "{{text}}", quoted: "7", number: 7.5, yes: true, none: null, list: [1, {}], "k\"": "{{day}}"}
  - request: POST /form
    form: {user name: "a&b {{n}}"}
  - request: POST /plain
    body: "line {{n}}\n"
    headers: {Content-Type: text/csv}
)",
                                      "s.yml", {});

  EXPECT_EQ(
      bytes_of(scenario),
      "PUT /a/7/a%20%22b%22?q=7 HTTP/1.1\r\nHost: h:1\r\nx-all: own\r\nAuthorization: Bearer s\"1\r\n"
      "Content-Type: application/json\r\nUser-Agent: vitals-load\r\nAccept: */*\r\nContent-Length: 119\r\n\r\n"
      R"({"n":7,"s":"<a \"b\">","t":"a \"b\"","quoted":"7","number":7.5,"yes":true,"none":null,"list":[1,{}],"k\"":"25.10.2024"})");
  EXPECT_THAT(bytes_of(scenario, 1), HasSubstr("\r\n\r\nuser%20name=a%26b%207"));
  EXPECT_THAT(bytes_of(scenario, 1), HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(bytes_of(scenario, 2), HasSubstr("Content-Length: 7\r\n\r\nline 7\n"));
  EXPECT_THAT(bytes_of(scenario, 2), Not(HasSubstr("text/plain")));
  EXPECT_EQ(scenario.requests[0].name(), "PUT /a/{n}/{text}");
}

TEST(ScenarioReader, AHeaderWhoseValueIsNotKnownYetIsLeftOut) {
  const auto scenario = read_scenario(std::string{kGood} + R"(headers: {Authorization: "Bearer {{token}}"}
setup:
  - {request: POST /login, extract: {token: token}}
  - {request: GET /me}
)",
                                      "s.yml", {});
  std::string first;
  std::string second;
  Values values(scenario.variables, 1);
  append(first, scenario.setup[0].headers, values);
  append(second, scenario.setup[1].headers, values);

  EXPECT_THAT(first, Not(HasSubstr("Authorization")));
  EXPECT_THAT(second, HasSubstr("Authorization"));
}

TEST(ScenarioReader, TheCommandLineGoesBeforeTheFile) {
  ScenarioOptions options;
  options.url = "http://other:81";
  options.users = "5";
  options.duration = "2m";

  const auto scenario = read_scenario(kGood, "s.yml", options);

  EXPECT_EQ(scenario.url, "http://other:81");
  EXPECT_EQ(scenario.rate, 0);
  EXPECT_EQ(scenario.users, 5);
  EXPECT_EQ(scenario.duration, 120);
}

TEST(ScenarioReader, SaysWhatIsWrongOnTheCommandLine) {
  ScenarioOptions options;
  options.rate = "fast";
  options.duration = "10";
  EXPECT_EQ(mistakes(kGood, options),
            "the command line: 'fast' is none; 'rate' takes a rate of at most 10000000/s, such as 100/s\n"
            "the command line: '10' is none; 'duration' takes a time above 0 of at most 30 d, such as 30s");
}

TEST(ScenarioReader, TellsAllMistakesInTheOrderOfTheFile) {
  EXPECT_EQ(
      mistakes(R"(urll: http://h
rate: 10/s
users: 5
requests:
  - request: GTE /a
    weigth: 5
  - weight: 0
)"),
      "s.yml:1:1: unknown key 'urll'; did you mean 'url'?; the keys of a scenario are url, rate, stages, arrivals, "
      "users, think_time, ramp_up, duration, connections, threads, timeout, seed, headers, variables, setup, "
      "user_setup, requests\n"
      "s.yml:1:1: the file has no 'url'; add it, such as 'url: http://127.0.0.1:8080', or give --url\n"
      "s.yml:1:1: the file has no 'duration'; add it, such as 'duration: 30s', or give --duration\n"
      "s.yml:3:8: of 'rate', 'stages' and 'users' one says how fast; leave the others out\n"
      "s.yml:5:14: 'GTE' is no method; did you mean 'GET'?; a request begins with one, such as GET /api/clients\n"
      "s.yml:6:5: unknown key 'weigth'; did you mean 'weight'?; the keys of a request are request, route, headers, "
      "json, form, body, expect, weight\n"
      "s.yml:7:5: a request has no 'request'; add it, such as 'request: GET /api/clients'\n"
      "s.yml:7:13: '0' is none; 'weight' takes a number above 0, such as 10: a request of weight 10 is sent twice "
      "as often as one of 5");
}

TEST(ScenarioReader, SaysWhatIsNoScenario) {
  EXPECT_THAT(mistakes(""), HasSubstr("the file is empty; vitals load init"));
  EXPECT_THAT(mistakes("- a\n"), HasSubstr("a scenario must be a map"));
  EXPECT_THAT(mistakes("a: [\n"), HasSubstr("s.yml:"));
  EXPECT_THAT(mistakes("\xff"), HasSubstr("s.yml:1:1: a byte that is not UTF-8"));
  EXPECT_THAT(mistakes("a: &x 1\n"), HasSubstr("anchors are not read"));
  EXPECT_THAT(with("rate: 5/s\n"), HasSubstr("s.yml:6:1: key 'rate' comes twice; remove one"));
}

TEST(ScenarioReader, SaysWhatIsWrongWithTheUrl) {
  const auto of = [](const std::string& url) {
    return mistakes("url: '" + url + "'\nrate: 1/s\nduration: 1s\nrequests: [request: GET /]\n");
  };

  EXPECT_EQ(of("http://[::1]:8080/"), "");
  EXPECT_EQ(of("https://example.org"), "");
  EXPECT_THAT(of("localhost:8080"), HasSubstr("s.yml:1:6: the url is wrong: it must begin with http:// or https://"));
  EXPECT_THAT(of("http://h/api"), HasSubstr("it has a path"));
  EXPECT_THAT(of("http://h:0"), HasSubstr("the port must be a number"));
  EXPECT_THAT(of("http://h:99999"), HasSubstr("the port must be a number"));
  EXPECT_THAT(of("http://:80"), HasSubstr("it has no host"));
  EXPECT_THAT(of("http://[::1"), HasSubstr("']' is missing"));
  EXPECT_THAT(of("http://a b"), HasSubstr("it has a blank"));
  EXPECT_THAT(of("http://ann:secret@h"), AllOf(HasSubstr("has a user or a password"), Not(HasSubstr("secret"))));
}

TEST(ScenarioReader, SaysWhatIsWrongWithThePace) {
  EXPECT_THAT(mistakes("url: http://h\nduration: 1s\nrequests: [request: GET /]\n"),
              HasSubstr("one of 'rate', 'stages' and 'users' must say how fast"));
  EXPECT_THAT(with("think_time: 1s\n"), HasSubstr("'think_time' needs 'users'"));
  EXPECT_THAT(with("arrivals: random\n"), HasSubstr("'random' is neither; 'arrivals' takes constant"));
  EXPECT_THAT(with("timeout: 5\n"), HasSubstr("'5' is none; 'timeout' takes a time"));
  EXPECT_THAT(with("connections: 0\n"), HasSubstr("'connections' takes a whole number from 1 to 50000"));
  EXPECT_THAT(with("threads: many\n"), HasSubstr("'many' is none; 'threads' takes a whole number from 1 to 256"));
  EXPECT_THAT(with("seed: -1\n"), HasSubstr("'seed' takes a whole number from 0"));
  EXPECT_THAT(with("user_setup: [request: GET /]\n"), HasSubstr("'user_setup' needs 'users'"));
  const auto of_users = [](const std::string& lines) {
    return mistakes("url: http://h\nusers: 5\nduration: 1s\nrequests: [request: GET /]\n" + lines);
  };
  EXPECT_EQ(of_users("think_time: 0s\n"), "");
  EXPECT_THAT(of_users("think_time: 3s..1s\n"), HasSubstr("'3s..1s' is no range; write the shorter time first"));
  EXPECT_THAT(of_users("think_time: 1s..x\n"), HasSubstr("'x' is none"));
  EXPECT_THAT(of_users("arrivals: poisson\n"), HasSubstr("users send when they have thought"));
  EXPECT_THAT(of_users("connections: 5\n"), HasSubstr("each user has a connection"));
  const auto of_stages = [](const std::string& stages, const std::string& more = "") {
    return mistakes("url: http://h\nrequests: [request: GET /]\nstages:\n" + stages + more);
  };
  EXPECT_THAT(of_stages("  - {to: 1/s}\n"), HasSubstr("a stage has no 'for'"));
  EXPECT_THAT(of_stages("  - {for: 1s}\n"), HasSubstr("a stage has either 'rate'"));
  EXPECT_THAT(of_stages("  - {to: 1/s, rate: 1/s, for: 1s}\n"), HasSubstr("a stage has either 'rate'"));
  EXPECT_THAT(of_stages("  - {to: 0/s, for: 1s}\n"), HasSubstr("all stages have a rate of 0"));
  EXPECT_THAT(of_stages("  - {to: 1/s, for: 1s}\n", "duration: 5s\n"), HasSubstr("stages say how long they last"));
}

TEST(ScenarioReader, SaysWhatIsWrongWithVariables) {
  const auto of = [](const std::string& variable) { return with("variables: {x: " + variable + "}\n"); };

  EXPECT_THAT(of("{integer: 9..1}"), HasSubstr("s.yml:6:26: '9..1' is no range"));
  EXPECT_THAT(of("{integer: a..b}"), HasSubstr("is no range"));
  EXPECT_THAT(of("{choice: []}"), HasSubstr("'choice' must be a list that is not empty"));
  EXPECT_THAT(of("{choice: [[a]]}"), HasSubstr("a choice must be one value"));
  EXPECT_THAT(of("{date: 2024-02-30..2024-03-01}"), HasSubstr("is no range of dates"));
  EXPECT_THAT(of("{date: 2024-02-01..2024-01-01}"), HasSubstr("is no range of dates"));
  EXPECT_THAT(of("{integer: 1..2, format: x}"), HasSubstr("'format' belongs to 'date'"));
  EXPECT_THAT(of("{id: 0}"), HasSubstr("'0' is none; 'id' takes uuid"));
  EXPECT_THAT(of("{counter: -1}"), HasSubstr("'counter' takes a whole number from 0"));
  EXPECT_THAT(of("{integer: 1..2, counter: 1}"), HasSubstr("'x' must be one of {integer"));
  EXPECT_THAT(of("{intger: 1..2}"), HasSubstr("did you mean 'integer'?"));
  EXPECT_THAT(of("[1]"), HasSubstr("'x' must be a text, or one of"));
  EXPECT_THAT(with("variables: {a-b: 1}\n"), HasSubstr("'a-b' is no name of a variable"));
  ::unsetenv("VITALS_TEST_NOTHING");
  EXPECT_THAT(of("{env: VITALS_TEST_NOTHING}"), HasSubstr("the environment has no 'VITALS_TEST_NOTHING'; export it"));
  ::setenv("VITALS_TEST_SOMETHING", "here", 1);
  EXPECT_EQ(of("{env: VITALS_TEST_SOMETHING}"), "");
}

TEST(ScenarioReader, SaysWhatIsWrongWithARequest) {
  EXPECT_EQ(of_request("  - request: GET /a/{{client}}\n"), "");
  EXPECT_THAT(of_request("  - request: GET a\n"), HasSubstr("'a' is no path; it begins with /"));
  EXPECT_THAT(of_request("  - request: GET\n"), HasSubstr("'' is no path"));
  EXPECT_THAT(of_request("  - request: GET /a b\n"), HasSubstr("'/a b' is no path"));
  EXPECT_THAT(of_request("  - request: GET /a/{{cleint}}\n"),
              HasSubstr("there is no variable 'cleint'; did you mean 'client'?"));
  EXPECT_THAT(of_request("  - request: GET /a/{{id\n"), HasSubstr("'{{id' has no }} behind {{"));
  EXPECT_THAT(of_request("  - request: GET /a\n  - request: GET /a?b\n"),
              HasSubstr("s.yml:7:5: a second request is called 'GET /a'"));
  EXPECT_THAT(of_request("  - {request: POST /a, json: {}, body: x}\n"), HasSubstr("a request has one body"));
  EXPECT_THAT(of_request("  - {request: GET /a, headers: {Host: x}}\n"), HasSubstr("vitals load sends 'Host' itself"));
  EXPECT_THAT(of_request("  - {request: GET /a, headers: {\"a b\": x}}\n"), HasSubstr("'a b' is no name of a header"));
  EXPECT_THAT(of_request("  - {request: GET /a, route: \"x\\ty\"}\n"), HasSubstr("has a control character"));
  EXPECT_THAT(of_request("  - {request: GET /a, headers: {A: \"x\\ny\"}}\n"), HasSubstr("the header 'A' has"));
  EXPECT_THAT(of_request("  - {request: GET /a, extract: {a: b}}\n"), HasSubstr("unknown key 'extract'"));
  EXPECT_THAT(of_request("  - 5\n"), HasSubstr("a request must be a map"));
  EXPECT_THAT(mistakes("url: http://h\nrate: 1/s\nduration: 1s\n"), HasSubstr("the file has no 'requests'"));
  EXPECT_THAT(mistakes("url: http://h\nrate: 1/s\nduration: 1s\nrequests: []\n"), HasSubstr("must be a list"));
}

TEST(ScenarioReader, ShowsNoSecretOfTheEnvironment) {
  ::setenv("VITALS_TEST_SECRET", "SEKRET\n", 1);
  const auto said = mistakes(R"(url: http://h
rate: 10/s
duration: 1s
variables: {key: {env: VITALS_TEST_SECRET}}
requests: [{request: GET /a, headers: {X-Key: "{{key}}"}}]
)");
  ::unsetenv("VITALS_TEST_SECRET");

  EXPECT_THAT(said, HasSubstr("s.yml:5:47: the variable 'key' has a control character, such as the end of a line"));
  EXPECT_THAT(said, Not(HasSubstr("SEK")));
}

TEST(ScenarioReader, UserSetupNeedsUsersOnTheCommandLineToo) {
  constexpr std::string_view kOfUsers = R"(url: http://h
users: 10
duration: 1s
user_setup: [{request: POST /login, extract: {token: token}}]
requests: [{request: GET /a, headers: {A: "{{token}}"}}]
)";
  ScenarioOptions options;
  EXPECT_EQ(mistakes(kOfUsers, options), "");
  options.rate = "10/s";
  EXPECT_EQ(mistakes(kOfUsers, options),
            "s.yml:4:13: 'user_setup' needs users; --rate sends none: give --users, or move these requests to 'setup'");
}

TEST(ScenarioReader, RefusesMoreRequestsThanReportsCanShow) {
  std::string requests{"url: http://h\nrate: 1/s\nduration: 1s\nrequests:\n"};
  for (int i = 0; i < 1000; ++i) requests += "- request: GET /" + std::to_string(i) + "\n";
  EXPECT_EQ(mistakes(requests), "");
  requests += "- request: GET /more\n";
  EXPECT_EQ(mistakes(requests),
            "s.yml:5:1: there are more than 1000 requests; join those that differ in values alone, by variables");
}

TEST(ScenarioReader, TakesAnAddressLiterally) {
  ScenarioOptions options;
  options.url = "http://h/a/{{x}}/%7B?q={{";
  options.rate = "1/s";

  const auto scenario = scenario_of_url(options);

  EXPECT_THAT(bytes_of(scenario), testing::StartsWith("GET /a/{{x}}/%7B?q={{ HTTP/1.1\r\n"));
  EXPECT_EQ(scenario.requests[0].route, "/a/{{x}}/%7B");
}

TEST(ScenarioReader, SaysWhatIsWrongWithExpectations) {
  const auto of = [](const std::string& expect) {
    return of_request("  - {request: GET /a, expect: " + expect + "}\n");
  };

  EXPECT_EQ(of("{status: [200, 4xx], headers: {A: b}, json: {a.b: 1}, has: 'c[0]', body: [x, y]}"), "");
  EXPECT_THAT(of("{status: 99}"), HasSubstr("'99' is no status"));
  EXPECT_THAT(of("{status: 6xx}"), HasSubstr("'6xx' is no status"));
  EXPECT_THAT(of("{status: []}"), HasSubstr("'status' must be a list that is not empty"));
  EXPECT_THAT(of("{json: {a..b: 1}}"), HasSubstr("the path 'a..b' has no key behind a dot"));
  EXPECT_THAT(of("{json: {a: [1]}}"), HasSubstr("a value of JSON is compared with one text"));
  EXPECT_THAT(of("{has: 'a[x]'}"), HasSubstr("has no number between [ and ]"));
  EXPECT_THAT(of("{body: ''}"), HasSubstr("'body' has no value"));
  for (const auto* expect : {"{body: 'is {{client}}'}", "{json: {id: '{{client}}'}}", "{headers: {X: '{{client}}'}}"})
    EXPECT_THAT(of(expect), HasSubstr("has a variable: what is expected is the same for each request"));
  EXPECT_THAT(of("{statsu: 200}"), HasSubstr("did you mean 'status'?"));
}

TEST(ScenarioReader, SaysWhatIsWrongWithASetup) {
  EXPECT_THAT(with("setup: [{request: GET /a, weight: 5}]\n"), HasSubstr("unknown key 'weight'"));
  EXPECT_THAT(with("setup: [{request: GET /a, extract: {x: .b}}]\n"), HasSubstr("the path '.b' begins with no key"));
  EXPECT_THAT(with("setup: [{request: GET /a, extract: {}}]\n"),
              HasSubstr("'extract' must be a map that is not empty"));
  EXPECT_THAT(with("variables: {x: 1}\nsetup: [{request: GET /a, extract: {x: b}}]\n"),
              HasSubstr("'x' stands under 'variables' too"));
  EXPECT_THAT(with("setup: [{request: \"GET /{{x}}\"}, {request: GET /a, extract: {x: b}}]\n"),
              HasSubstr("'x' is not known yet; a request before this one must extract it"));
}

TEST(ScenarioReader, AMistakeInBracketsHidesNoOthers) {
  const auto told =
      of_request("  - {request: GET /a/{{client}}, weight: 2}\n  - {request: \"GET /a/{{client}}\", wait: 2}\n");

  EXPECT_THAT(told, HasSubstr("s.yml:6:22: end of map flow not found; mend the YAML"));
  EXPECT_THAT(told, HasSubstr("\ns.yml:7:36: unknown key 'wait'"));
  EXPECT_EQ(std::ranges::count(told, '\n'), 1);
}

TEST(ScenarioReader, StopsTellingAtAHundredMistakes) {
  std::string lines;
  for (int i = 0; i < 150; ++i) lines += "key" + std::to_string(i) + "xyz: 1\n";

  EXPECT_THAT(with(lines), HasSubstr("\nand 50 more"));
}

TEST(ScenarioReader, AnAddressAloneIsAScenario) {
  ScenarioOptions options;
  options.url = "http://h:1/a/b?c=d#e";
  options.rate = "100";

  const auto scenario = scenario_of_url(options);

  EXPECT_EQ(scenario.url, "http://h:1");
  EXPECT_EQ(scenario.duration, 10);
  EXPECT_THAT(bytes_of(scenario), HasSubstr("GET /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_EQ(scenario.requests[0].name(), "GET /a/b");
  options.rate.clear();
  EXPECT_THROW((void)scenario_of_url(options), std::invalid_argument);
}

}  // namespace
}  // namespace vitals::tool
