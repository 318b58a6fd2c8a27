#!/bin/sh
# Fails if two of these static libraries define the same symbol:  unique_symbols.sh LIBRARY…
# Such libraries link together as long as nobody needs both definitions.
set -eu
twice=$(for library; do
  nm -C --defined-only --extern-only "$library" 2>/dev/null | awk '$2 ~ /^[TDBR]$/ {print substr($0, index($0, " ") + 3)}' | sort -u
done | sort | uniq -d)
[ -z "$twice" ] || { printf 'defined twice:\n%s\n' "$twice"; exit 1; }
