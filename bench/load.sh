#!/bin/bash
# How much vitals load can send from one CPU, to a server that does nothing but count on another one; wrk beside it, which keeps no
# rate:  bench/load.sh BUILD [RATE…]
# The server says how many requests it has answered and how much CPU that took: the same number must stand in the table.
set -euo pipefail
build=${1:?usage: bench/load.sh BUILD [RATE…]}
shift
seconds=5

# measure COMMAND…: with the server's address behind it, on CPU 0.
measure() {
  local address
  coproc server { taskset -c 1 "$build/bench/vitals_load_server"; }
  local pid=$server_PID out=${server[0]} in=${server[1]}
  read -r address <&"$out"
  TIMEFORMAT='client: %U s user, %S s system of %R s'
  time taskset -c 0 "$@" "$address" | grep -E '^(all|asked|Requests/sec|[0-9]+ requests|.*percentiles include)' || true
  echo >&"$in"
  sed 's/^/server: /' <&"$out"
  wait "$pid" 2>/dev/null || true
}

for rate in "${@:-50000}"; do
  echo "== vitals load at $rate/s"
  measure "$build/src/tool/vitals" load --rate "$rate" --duration "${seconds}s" --connections 64 --url
done
echo "== vitals load, 64 users without a pause"
measure "$build/src/tool/vitals" load --users 64 --duration "${seconds}s" --url
echo "== wrk"
measure wrk -t 1 -c 64 -d "${seconds}s"
