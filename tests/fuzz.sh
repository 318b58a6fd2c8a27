#!/bin/bash
# Fuzzes vitals with libFuzzer under AddressSanitizer and UBSan:  tests/fuzz.sh [--seconds N] [TARGET…]
# Sets up all that it needs. What a target fails on stays in build-fuzz/failures; add it to tests/fuzz/corpus once it is mended.
set -euo pipefail

usage() {
  cat <<'END'
usage: tests/fuzz.sh [--seconds N] [TARGET…]

Installs missing packages, builds the fuzz targets with clang in build-fuzz, and runs each of them.

  --seconds N   how long each target runs (default 60)
  TARGET        only these, for example lint
END
}

seconds=60 only=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:?"--seconds needs a number"}; shift 2 ;;
    --seconds=*) seconds=${1#*=}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) only+=("$1"); shift ;;
  esac
done
case $seconds in '' | *[!0-9]*) usage >&2; exit 2 ;; esac

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build-fuzz
. "$root/tests/support/steps.sh"

use_build "$build"
install build core lint http levels fuzz
done_with "packages are installed"

quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER=clang++ \
  -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DVITALS_FUZZ=ON
build "$build" fuzz_targets
done_with "the fuzz targets are built in $build"

passed=0 failed=0
mkdir -p "$build/failures"
for program in "$build"/tests/fuzz/*_fuzz; do
  name=$(basename "$program" _fuzz)
  if [ ${#only[@]} -gt 0 ] && ! [[ " ${only[*]} " == *" $name "* ]]; then continue; fi
  mkdir -p "$folder/$name"
  cp -r "$root/tests/fuzz/corpus/$name/." "$folder/$name"
  if run "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/failures/$name-" "$folder/$name" >"$folder/$name.log" 2>&1; then
    passed=$((passed + 1))
    done_with "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log") inputs"
  else
    failed=$((failed + 1))
    tail -n 60 "$folder/$name.log"
    done_with "$name FAILED; its input is in $build/failures"
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
