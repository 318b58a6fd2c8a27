#!/bin/sh
# Fails if two of these static libraries define the same symbol:  unique_symbols.sh LIBRARY…
# Such libraries link together as long as nobody needs both definitions.
set -eu
all=
for library; do
  symbols=$(nm -C --defined-only --extern-only "$library")
  symbols=$(printf '%s\n' "$symbols" | awk '$2 ~ /^[TDBR]$/ {print substr($0, index($0, " ") + 3)}' | sort -u)
  [ -n "$symbols" ] || { echo "no symbols in $library"; exit 1; }
  all="$all$symbols
"
done
twice=$(printf %s "$all" | sort | uniq -d)
[ -z "$twice" ] || { printf 'defined twice:\n%s\n' "$twice"; exit 1; }
