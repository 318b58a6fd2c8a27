#!/bin/sh
# Runs a program where the kernel's list of CPUs is another one, as in containers:  masked_cpus.sh PROGRAM PRELOAD
# By mounts; where those are not allowed, by the library PRELOAD, which shows another file.
set -eu
list=$(mktemp)
trap 'rm -f "$list"' EXIT
possible=/sys/devices/system/cpu/possible
user=
[ "$(id -u)" = 0 ] || user=-r
if unshare $user -m mount --bind "$list" $possible 2>/dev/null; then
  has_mounts=true
  run() { unshare $user -m sh -c "mount --bind '$1' $possible && exec '$2'"; }
else
  echo 'mounts are not allowed here'
  has_mounts=false
  run() { CPU_LIST=$1 LD_PRELOAD=$preload "$2"; }
fi
preload=$2
for text in '0' '0-1,' '' 'none' '4000000000' '1-0'; do
  printf '%s\n' "$text" >"$list"
  printf 'the list is "%s": ' "$text"
  run "$list" "$1"
done
# Another of the kernel's own files is told from the list by its being mounted, and by nothing else.
if $has_mounts; then
  printf 'the list is that of a core: '
  run /sys/devices/system/cpu/cpu0/topology/core_cpus_list "$1"
fi
echo works
