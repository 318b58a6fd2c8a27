#!/bin/sh
# Installs the Debian packages of the given uses that are missing:  cmake/install-packages.sh [--verbose] build core http
# A line each 10 s says what is left. --verbose shows instead what apt-get says, which is otherwise shown only when it fails;
# --missing prints what is missing, and installs nothing.
# Needs root (or sudo) only when something is missing. Starts none of the servers that come with the packages, now or at boot.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mode=
case ${1-} in --verbose | --missing) mode=$1 && shift ;; esac
[ $# -gt 0 ] || { echo "usage: $0 [--verbose | --missing] USE...   (uses: $(awk '!/^#/ && NF {print $1}' "$here/packages.txt" | sort -u | xargs))" >&2; exit 2; }

release=$(. /etc/os-release && echo "${VERSION_ID:-99}")  # testing and unstable have none
missing=
for use in "$@"; do
  wanted=$(awk -v use="$use" -v release="$release" '!/^#/ && $1 == use && $3 + 0 <= release + 0 {print $2}' "$here/packages.txt")
  [ -n "$wanted" ] || { echo "$0: no such use: $use (see $here/packages.txt)" >&2; exit 2; }
  for package in $wanted; do
    case " $missing " in *" $package "*) continue ;; esac
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
  done
done
if [ "$mode" = --missing ]; then
  echo $missing
  exit 0
fi
[ -n "$missing" ] || { echo "Nothing is missing for: $*"; exit 0; }

if [ "$(id -u)" = 0 ]; then sudo=; elif command -v sudo >/dev/null; then sudo=sudo; else
  echo "These packages are missing; install them as root, then run this again:" >&2
  echo "  apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

log=$(mktemp)
policy= reporter=
clean_up() {
  [ -z "$reporter" ] || kill "$reporter" 2>/dev/null || true
  [ -z "$policy" ] || $sudo rm -f "$policy"
  rm -f "$log"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
# Debian starts a server when its package is installed; policy-rc.d is its documented way to say no.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  policy=/usr/sbin/policy-rc.d
  printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
  $sudo chmod 755 $policy
fi
# Nor are they to start at the next boot. What the machine's owner had switched on before stays so.
enabled_services() { systemctl list-unit-files --type=service --state=enabled --no-legend 2>/dev/null | awk '{print $1}' | sort; }
enabled=$(enabled_services || true)
disable_new_services() {
  for service in $(enabled_services || true); do
    case "
$enabled
" in *"
$service
"*) continue ;; esac
    $sudo systemctl --quiet disable "$service" >/dev/null 2>&1 || echo "$0: couldn't disable $service" >&2
  done
}
echo "Installing:$missing"
install() {
  $sudo apt-get update -q &&
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}
# Until it is ended, or this script has been killed.
report() {
  seconds=0
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    seconds=$((seconds + 1))
    [ $((seconds % 10)) != 0 ] || printf '%7d s  … %s\n' $seconds "$(awk -f "$here/packages-left.awk" "$log")"
  done
}
if [ "$mode" = --verbose ]; then
  install
else
  report &
  reporter=$!
  install >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
fi
disable_new_services
