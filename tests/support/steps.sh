# The steps of tests/run.sh and examples/run.sh. To be sourced by bash with $root set; sources servers.sh.
#
#   $folder            a new folder for logs and servers
#   $background        process IDs that are ended first when the script ends, however it ends; then the servers, then $folder
#   run command…       in a process group of its own, beside the shell, so that a signal is served at once and ends all of it
#   quietly command…   run, its output shown only when it fails
#   watched LEFT command…  the same, and while it runs one live line on a terminal, elsewhere a line each 10 s, that says
#                      what LEFT, a function, finds to be left in the output so far
#   install USE…       the Debian packages of cmake/packages.txt that are missing
#   build DIR TARGET…  with cmake
#   use_build DIR      says whose the folder is when this user can't build there
#   done_with "what"   one line with the time since the last one
. "$root/tests/support/servers.sh"

export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1  # so that another clone of the same sources compiles nothing anew
export CCACHE_SLOPPINESS=pch_defines,time_macros  # what ccache asks for where headers are precompiled
[ -w "${HOME-/}" ] || export CCACHE_DIR=$root/.ccache

folder= child= background=
steps_clean_up() {
  trap '' INT TERM HUP
  local process tries
  for process in ${child:+-$child} $background; do
    tries=0
    # More than once: one that has only been forked still has this shell's traps, and loses what comes before its exec.
    while [ $tries -lt 50 ] && kill -- "$process" 2>/dev/null; do
      kill -CONT -- "$process" 2>/dev/null || true  # one that was stopped takes it only then
      sleep 0.1
      tries=$((tries + 1))
    done
    wait "${process#-}" 2>/dev/null || true
  done
  stop_servers
  [ -z "$folder" ] || rm -rf "$folder"
}
trap steps_clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
folder=$(mktemp -d "${TMPDIR:-/tmp}/vitals.XXXXXXXX")
export TMPDIR=$folder  # what a killed test leaves goes with it

run() {
  set -m
  "$@" &
  child=$!
  set +m
  local status=0
  wait $child || status=$?
  child=
  return $status
}

quietly() {
  run "$@" >"$folder/step.log" 2>&1 || { cat "$folder/step.log" >&2; echo "$0: failed: $*" >&2; return 1; }
}

watched() {
  local left=$1 start=$SECONDS shown=0 status=0 what
  shift
  : >"$folder/step.log"
  set -m
  "$@" >"$folder/step.log" 2>&1 &
  child=$!
  set +m
  while kill -0 "$child" 2>/dev/null; do
    if [ -t 1 ] && [ "${TERM-}" != dumb ]; then
      what=$($left "$folder/step.log")
      printf '\r\033[K%7d s  %s' $((SECONDS - start)) "$what"
      shown=1
    elif [ $((SECONDS - start)) -ge $(((shown + 1) * 10)) ]; then
      what=$($left "$folder/step.log")
      shown=$(((SECONDS - start) / 10))
      printf '%7d s  … %s\n' $((SECONDS - start)) "$what"
    fi
    sleep 0.2
  done
  if [ -t 1 ] && [ $shown != 0 ]; then printf '\r\033[K'; fi
  wait $child || status=$?
  child=
  [ $status = 0 ] || { cat "$folder/step.log" >&2; echo "$0: failed: $*" >&2; }
  return $status
}

packages_left() { awk -f "$root/cmake/packages-left.awk" "$1"; }
# ninja says [done/all] with each step that is over: before the first one, what it would do was asked for.
steps_said() { tr '\r' '\n' | sed -n 's|^\[\([0-9]*\)/\([0-9]*\)\].*|\1 \2|p' | tail -n 1; }
steps_left() {
  steps_said <"$1" | awk -v all="$all_steps" '{ left = $2 - $1; all = $2 }
    END { print "building: " (NR ? left : all) " of " all " steps left" }'
}
install() {
  local missing
  missing=$("$root/cmake/install-packages.sh" --missing "$@")
  [ -n "$missing" ] || return 0
  # The password is asked for here: what runs beside the shell can't read the terminal.
  if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then sudo -v; fi
  watched packages_left "$root/cmake/install-packages.sh" --verbose "$@"
}
build() {
  local folder_to_build=$1
  shift
  all_steps=$(cmake --build "$folder_to_build" ${1:+--target "$@"} -- -n | steps_said)
  all_steps=${all_steps#* }
  watched steps_left cmake --build "$folder_to_build" ${1:+--target "$@"}
}

use_build() {
  if [ -e "$1" ] && ! [ -w "$1" ]; then
    echo "$0: $1 belongs to $(stat -c %U "$1"), and $(id -un) can't build there; remove it, or clone anew" >&2
    return 1
  fi
}

steps_now() { date +%s%N; }
steps_start=$(steps_now)
done_with() {
  local end
  end=$(steps_now)
  printf '%7.1f s  %s\n' "$(((end - steps_start) / 100000000))e-1" "$1"
  steps_start=$end
}
