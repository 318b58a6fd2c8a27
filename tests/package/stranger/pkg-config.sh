#!/bin/sh
# pkg-config.sh COMPILER COMPONENT PKG_CONFIG_DIR OUTPUT_DIR: builds and runs a stranger's program without CMake.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export PKG_CONFIG_PATH="$3"
# shellcheck disable=SC2046
"$1" -std=c++20 "$here/$2.cpp" -o "$4/stranger-$2" $(pkg-config --cflags --libs --static "vitals-$2")
"$4/stranger-$2"
