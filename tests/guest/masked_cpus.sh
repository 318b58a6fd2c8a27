#!/bin/sh
# Runs a program where /sys has another list of CPUs than the kernel's, as containers have it:  masked_cpus.sh PROGRAM
# Exits with 77 where such a mount is not allowed.
set -eu
list=$(mktemp)
trap 'rm -f "$list"' EXIT
user=
[ "$(id -u)" = 0 ] || user=-r
unshare $user -m mount --bind "$list" /sys/devices/system/cpu/possible 2>/dev/null || exit 77
for text in '0' '0-1,' '' 'none' '4000000000' '1-0'; do
  printf '%s\n' "$text" >"$list"
  printf 'the list is "%s": ' "$text"
  unshare $user -m sh -c "mount --bind '$list' /sys/devices/system/cpu/possible && exec '$1'"
done
printf 'the list is that of a core: '
unshare $user -m sh -c "mount --bind /sys/devices/system/cpu/cpu0/topology/core_cpus_list /sys/devices/system/cpu/possible && exec '$1'"
