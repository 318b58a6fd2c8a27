#!/bin/bash
# Compares what the headers cost to compile:  bench/compile_time.sh [RUNS]
# The same small program with vitals and with prometheus-cpp, same compiler and flags, in turn; prints the medians.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
runs=${1:-9}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/vitals.cpp" <<'END'
#include <vitals/vitals.hpp>
int main() {
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc();
}
END
cat >"$folder/prometheus-cpp.cpp" <<'END'
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
int main() {
  prometheus::Registry registry;
  prometheus::BuildCounter().Name("a_total").Help("A.").Register(registry).Add({}).Increment();
}
END
for ((run = 0; run < runs; ++run)); do
  for name in vitals prometheus-cpp; do
    start=$(date +%s%N)
    "${CXX:-c++}" -std=c++20 -O2 -I"$root/include" -c "$folder/$name.cpp" -o "$folder/$name.o"
    echo $((($(date +%s%N) - start) / 1000000)) >>"$folder/$name.ms"
  done
done
median() { sort -n "$folder/$1.ms" | sed -n "$(((runs + 1) / 2))p"; }
ours=$(median vitals) theirs=$(median prometheus-cpp)
echo "vitals $ours ms, prometheus-cpp $theirs ms: $(awk "BEGIN {printf \"%.2f\", $ours / $theirs}") times"
