#include "postgres/private_postgres.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test_path.hpp"

namespace {

constexpr const char* kShell = R"(
. "$1"
folder=$(mktemp -d)
trap 'stop_servers; rm -rf "$folder"' EXIT
start_postgres "$folder" || exit 1
echo "$POSTGRES_DSN"
while read -r command; do
  $command || exit 1
  echo done
done
)";

}  // namespace

PrivatePostgres::PrivatePostgres(const std::string& options) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe2 failed"};
  const std::string script = test_path("support/servers.sh");
  shell_ = fork();
  if (shell_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    setenv("POSTGRES_OPTIONS", options.c_str(), 1);
    execl("/bin/sh", "sh", "-c", kShell, "sh", script.c_str(), nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
  dsn_ = answer();
}

PrivatePostgres::~PrivatePostgres() {
  std::fclose(to_);
  waitpid(shell_, nullptr, 0);
  std::fclose(from_);
}

std::string PrivatePostgres::command(const std::string& line) {
  std::fputs((line + "\n").c_str(), to_);
  std::fflush(to_);
  return answer();
}

std::string PrivatePostgres::answer() {
  std::string line;
  for (int c = std::fgetc(from_); c != '\n'; c = std::fgetc(from_)) {
    if (c == EOF) throw std::runtime_error{"the private PostgreSQL failed; see standard error"};
    line.push_back(static_cast<char>(c));
  }
  return line;
}
