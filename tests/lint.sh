#!/bin/bash
# Checks the style of the sources:  tests/lint.sh [--all] [FILE…]
# clang-format over every source, clang-tidy over those that the newest commits touch. Each finding is a failure.
set -euo pipefail

usage() {
  cat <<'END'
usage: tests/lint.sh [--all] [FILE…]

Installs missing packages, then runs clang-format (version 14) over all sources, and clang-tidy (14) over those that the
newest ten commits touch, and over one source for each header that they touch.

  --all    clang-tidy over all sources of src, bench, examples and tests (but for what is built as other projects are)
  FILE     clang-tidy over these only
END
}

all=false files=()
for argument in "$@"; do
  case $argument in
    --all) all=true ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) files+=("$(realpath --relative-to "$(dirname "$0")/.." "$argument")") ;;
  esac
done

root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build
cd "$root"
. "$root/tests/support/steps.sh"
everything=(-DVITALS_UNITY=OFF)
for part in LINT HTTP POSTGRES REDIS PROMETHEUS_CPP LEVELS PUSH TOOL TESTS BENCH EXAMPLES HTTP_ADAPTERS; do everything+=(-DVITALS_$part=ON); done
failed=0

# Each version formats otherwise, so one of them judges.
if ! command -v clang-format-14 >/dev/null && [ "$(. /etc/os-release && echo "${VERSION_ID-}")" != 12 ]; then
  echo "tests/lint.sh: the style is judged by clang-format 14 and clang-tidy 14; Debian 12 has them" >&2
  exit 1
fi

use_build "$build"
install build core lint http postgres redis prometheus_cpp levels push tool adapters example test style
done_with "packages are installed"

# Whoever owns the checkout.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
has_history() { git rev-parse --verify -q HEAD >/dev/null 2>&1; }
mapfile -t sources < <(find src include tests bench examples -name '*.[ch]pp')
[ ${#sources[@]} -gt 0 ] || { echo "tests/lint.sh: no sources" >&2; exit 1; }
clang-format-14 --dry-run --Werror "${sources[@]}" || failed=1
done_with "clang-format has read ${#sources[@]} files"

if $all; then
  mapfile -t files < <(find src bench examples tests -name '*.cpp' -not -path 'tests/package/*' -not -path 'tests/guest/programs/*' -not -path 'examples/tutorial/*')
elif [ ${#files[@]} = 0 ] && ! has_history; then
  echo "           no history here, so clang-tidy is not run; --all runs it over everything"
elif [ ${#files[@]} = 0 ]; then
  python3 -B tests/support/touched.py >"$folder/touched"
  mapfile -t files <"$folder/touched"
fi
if [ ${#files[@]} -gt 0 ]; then
  quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON -DVITALS_SANITIZE= "${everything[@]}"
  mkdir "$folder/tidy"
  # The flags that are g++'s alone, and its precompiled headers, are not clang's.
  python3 -B - "$build/compile_commands.json" "$folder/tidy/compile_commands.json" <<'END'
import json
import re
import sys
commands = json.load(open(sys.argv[1]))
for entry in commands:
    entry['command'] = re.sub(r' (-fpch-preprocess|-Winvalid-pch|-Wno-restrict|-include \S*cmake_pch\S*)(?= )', '', entry['command'])
json.dump(commands, open(sys.argv[2], 'w'))
END
  tidy_left() { echo "clang-tidy: $(($(wc -l <"$folder/files") - $(grep -c '^done ' "$1" || true))) of $(wc -l <"$folder/files") files left"; }
  tidy() {
    local status=0
    xargs -P "$(nproc)" -I{} sh -c 'clang-tidy-14 --quiet -p "$1" "$2" 2>&1 || echo "failed $2"; echo "done $2"' \
      - "$folder/tidy" {} <"$folder/files" || status=1
    return $status
  }
  # Left out: examples of servers that this release of Debian lacks, and coroutines of Boost 1.74, which are g++'s alone.
  for file in "${files[@]}"; do
    case $file in examples/http/beast_coroutine.cpp) continue ;; esac
    case $file in examples/http/*.cpp) grep -qF "\"$root/$file\"" "$build/compile_commands.json" || continue ;; esac
    echo "$file"
  done >"$folder/files"
  watched tidy_left tidy
  if grep -q '^failed ' "$folder/step.log"; then
    failed=1
    grep -vE '^(done |[0-9]+ warnings? |Suppressed |Use -header-filter)' "$folder/step.log" | awk '!seen[$0]++'
  fi
  done_with "clang-tidy has read ${#files[@]} files"
fi

if [ $failed = 0 ]; then echo "1 passed, 0 failed"; else echo "0 passed, 1 failed"; fi
exit $failed
