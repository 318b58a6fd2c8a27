#!/bin/bash
# Builds vitals and runs its tests:  tests/run.sh [--sanitize=thread|address] [FILTER]
# Sets up all that it needs, leaves nothing running, and ends with the counts. Needs root (or sudo) only if packages are
# missing. With CI set, a skipped test is a failure.
set -euo pipefail

usage() {
  cat <<'END'
usage: tests/run.sh [--sanitize=thread|address] [FILTER]

Installs missing packages, builds, starts the servers that the tests need and runs the tests.

  --sanitize=thread|address   build and run under ThreadSanitizer, or AddressSanitizer and UBSan
  FILTER                      only the tests whose name matches this regular expression, for example ^core or Endpoint
END
}

sanitize= filter=
for argument in "$@"; do
  case $argument in
    --sanitize=thread | --sanitize=address) sanitize=${argument#--sanitize=} ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) filter=$argument ;;
  esac
done

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build${sanitize:+-$sanitize}
. "$root/tests/support/steps.sh"
# Plainly each source is compiled by itself, which finds includes that it lacks; under a sanitizer that would find nothing more.
everything=(-DVITALS_UNITY=$([ -n "$sanitize" ] && echo ON || echo OFF))
for part in LINT HTTP POSTGRES REDIS PROMETHEUS_CPP LEVELS PUSH TOOL TESTS BENCH EXAMPLES HTTP_ADAPTERS; do everything+=(-DVITALS_$part=ON); done

use_build "$build"
install build core lint http postgres redis prometheus_cpp levels push tool adapters example monitoring test
done_with "packages are installed"

quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
  -DVITALS_SANITIZE="$sanitize" "${everything[@]}"
build "$build"
done_with "everything is built in $build"

start_postgres "$folder"
export VITALS_TEST_POSTGRES=$POSTGRES_DSN
done_with "PostgreSQL is up (tests start their own Redis and Prometheus)"

# ThreadSanitizer of g++ 12 can't live with the address randomisation of newer kernels.
runner=()
if [ "$sanitize" = thread ] && setarch -R true 2>/dev/null; then runner=(setarch -R); fi
export TSAN_OPTIONS="halt_on_error=1 second_deadlock_stack=1 suppressions=$root/tests/support/tsan.supp print_suppressions=0 ${TSAN_OPTIONS-}"
export LSAN_OPTIONS="suppressions=$root/tests/support/lsan.supp print_suppressions=0 ${LSAN_OPTIONS-}"
export ASAN_OPTIONS="detect_stack_use_after_return=1 ${ASAN_OPTIONS-}"

# Twice as many tests at once as there are CPUs: many wait for a server or for time to pass.
status=0
run "${runner[@]}" ctest --test-dir "$build" --output-on-failure --no-tests=error -j $((2 * $(nproc))) \
  ${filter:+-R "$filter"} --output-junit "$folder/junit.xml" >"$folder/ctest.log" 2>&1 || status=$?
if [ $status -ne 0 ]; then
  grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed )' "$folder/ctest.log" || true
fi
done_with "tests have run${sanitize:+ under --sanitize=$sanitize}"

count() { grep -o "^[[:space:]]*<testsuite\|$1=\"[0-9]*\"" "$folder/junit.xml" 2>/dev/null | sed -n "s/$1=\"\([0-9]*\)\"/\1/p" | head -n 1; }
total=$(count tests) failed=$(count failures) skipped=$(($(count skipped) + $(count disabled)))
if [ -z "$total" ]; then
  echo "tests/run.sh: ctest ran no test" >&2
  exit 1
fi
if [ "$skipped" -gt 0 ]; then
  grep -E '\*\*\*(Skipped|Not Run)' "$folder/ctest.log" || true
  if [ -n "${CI-}" ]; then failed=$((failed + skipped)) skipped=0 status=1; fi
fi
passed=$((total - failed - skipped))
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" = 0 ] && exit $status
exit 1
