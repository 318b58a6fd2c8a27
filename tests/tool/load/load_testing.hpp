#pragma once
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {

/// The server's address, without the path of a scrape.
inline std::string base_of(const ScriptedServer& server) { return server.url().substr(0, server.url().rfind('/')); }

/// An answer that says that the server closes the connection, as a ScriptedServer does.
inline std::string closing(const std::string& body, const std::string& headers = "") {
  return http_ok(body, headers + "Connection: close\r\n");
}

/// The path of a scenario of requests to `url`.
inline std::string scenario_file(const std::string& url, const std::string& rest) {
  return temporary_file("scenario.yml", "url: " + url + "\n" + rest);
}

/// The report of a run with --format json.
inline nlohmann::json json_of(const ToolResult& result) {
  const auto parsed = nlohmann::json::parse(result.out, nullptr, false);
  EXPECT_FALSE(parsed.is_discarded()) << result.out << result.err;
  return parsed;
}

/// How often each outcome of the first request came.
inline nlohmann::json outcomes_of(const nlohmann::json& report) { return report["requests"][0]["outcomes"]; }

}  // namespace vitals::tool
