# The steps of tests/run.sh and examples/run.sh. To be sourced by bash with $root set; sources servers.sh.
#
#   $folder            a new folder for logs and servers
#   $background        process IDs that are ended first when the script ends, however it ends; then the servers, then $folder
#   run command…       in a process group of its own, beside the shell, so that a signal is served at once and ends all of it
#   quietly command…   run, its output shown only when it fails
#   use_build DIR      says whose the folder is when this user can't build there
#   done_with "what"   one line with the time since the last one
. "$root/tests/support/servers.sh"

export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1  # so that another clone of the same sources compiles nothing anew
export CCACHE_SLOPPINESS=pch_defines,time_macros  # what ccache asks for where headers are precompiled
[ -w "${HOME-/}" ] || export CCACHE_DIR=$root/.ccache

folder= child= background=
steps_clean_up() {
  trap '' INT TERM HUP
  local process
  for process in ${child:+-$child} $background; do
    kill -- "$process" 2>/dev/null || continue
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
