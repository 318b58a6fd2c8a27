#!/bin/sh
# The command in the first comment of examples/quickstart.cpp, as it stands there but for the compiler and the output.
set -eu
sources=$1 compiler=$2 out=$4
export PKG_CONFIG_PATH="$3"

cd "$sources"
command=$(sed -n 's|^//  *g++ ||p' examples/quickstart.cpp)
[ -n "$command" ] || { echo "examples/quickstart.cpp: no comment begins with g++" >&2; exit 1; }
case $command in *" -o quickstart "*) ;; *) echo "examples/quickstart.cpp: its command makes no quickstart" >&2; exit 1 ;; esac
eval "$compiler $(echo "$command" | sed "s| -o quickstart | -o '$out/quickstart' |")"
test -x "$out/quickstart"
