#pragma once

// A queue of jobs for quickstart.cpp: one every 100 ms, until Ctrl-C.
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

struct Job {
  std::string queue;
};

inline std::optional<Job> next_job() {
  static volatile std::sig_atomic_t stopped = 0;
  static int made = 0;
  std::signal(SIGINT, [](int) { stopped = 1; });
  std::signal(SIGTERM, [](int) { stopped = 1; });
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  if (stopped) return std::nullopt;
  return Job{++made % 3 == 0 ? "billing" : "mail"};
}

/// False for every fifth job: it failed.
inline bool run(const Job&) {
  static int runs = 0;
  std::this_thread::sleep_for(std::chrono::milliseconds{5});
  return ++runs % 5 != 0;
}
