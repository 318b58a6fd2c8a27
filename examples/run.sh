#!/bin/bash
# The clinic under load, measured and judged:  examples/run.sh [--serve | --monitoring] [--rate N] [--duration SECONDS]
# Sets up all that it needs, and leaves nothing running. Exits as `vitals check` does: 0 every target is met, 1 warning,
# 2 critical, 3 unknown; 1 also if a request or a step failed, or an alert didn't come or go. Needs root (or sudo) only if packages are missing.
set -euo pipefail

usage() {
  cat <<'END'
usage: examples/run.sh [--serve] [--rate N] [--duration SECONDS]
       examples/run.sh --monitoring [--break FAULT] [--quick] [--rate N] [--duration SECONDS]

Installs missing packages, builds, starts a private PostgreSQL and Redis and the clinic, drives the load scenario and
prints the table of `vitals check`.

  --rate N            requests per second (default 300; with --monitoring 60)
  --duration SECONDS  of load, at least 5 (default 20; with --monitoring until Ctrl-C)
  --serve             no load: leave the clinic running until Ctrl-C
  --monitoring        start Prometheus, Alertmanager, exporters and a receiver of notifications too, and leave all running
  --break FAULT       with --monitoring: break the clinic, wait for the alert, repair it, wait until that is told, print the
                      seconds that each took, and end. FAULT is slow, errors, redis, pool, memory, or all for one after another
  --quick             alerts fire after 10 s instead of minutes, scrapes are 5 s apart instead of 15, and notifications don't wait
  --build FOLDER      use the programs of this build folder; install and build nothing

CLINIC_PORT and CLINIC_METRICS_PORT choose the ports; otherwise 8080 and 9464, or free ones where those are taken. So do
PROMETHEUS_PORT (9090), ALERTMANAGER_PORT (9093), RECEIVER_PORT (9099) and NODE_, REDIS_ and POSTGRES_EXPORTER_PORT.
END
}

serve=false monitoring=false faults= quick=false rate= duration= built=
wrong() {
  echo "examples/run.sh: $1" >&2
  exit 3
}
while [ $# -gt 0 ]; do
  case $1 in
    --serve) serve=true ;;
    --monitoring) monitoring=true ;;
    --quick) quick=true ;;
    --break)
      case ${2-} in
        slow | errors | redis | pool | memory) faults=$2 ;;
        all) faults="slow errors redis pool memory" ;;
        *) wrong "--break needs slow, errors, redis, pool, memory or all" ;;
      esac
      shift
      ;;
    --build)
      built=$(realpath -e "${2-}") || wrong "--build needs a folder"
      shift
      ;;
    --rate | --duration)
      if ! [[ ${2-} =~ ^[1-9][0-9]{0,5}$ ]]; then
        wrong "$1 needs a whole number above 0"
      fi
      printf -v "${1#--}" %s "$2"
      shift
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 3
      ;;
  esac
  shift
done
if $monitoring; then
  ! $serve || wrong "--serve and --monitoring exclude each other"
  [ -z "$faults" ] || [ -z "$duration" ] || wrong "--break lasts as long as it takes, so it has no --duration"
elif [ -n "$faults" ] || $quick; then
  wrong "--break and --quick need --monitoring"
fi
if $monitoring; then : "${rate:=60}"; else : "${rate:=300}" "${duration:=20}"; fi
[ -z "$duration" ] || [ "$duration" -ge 5 ] || duration=5

root=$(cd "$(dirname "$0")/.." && pwd)
build=${built:-$root/build-example}
. "$root/tests/support/steps.sh"
. "$root/examples/monitoring/start.sh"

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# choose_port NAME DEFAULT: sets the environment's variable NAME, unless it is set.
choose_port() {
  [ -z "${!1-}" ] || return 0
  local port=$2
  while port_is_taken "$port"; do port=$((20000 + RANDOM % 12000)); done
  [ "$port" = "$2" ] || echo "           port $2 is taken, using $port"
  export "$1=$port"
}

if [ -z "$built" ]; then
  use_build "$build"
  uses="build core lint http postgres redis levels tool example"
  if $monitoring; then uses="$uses monitoring"; fi
  install $uses
  done_with "packages are installed"

  # What is run here, and nothing else.
  quietly cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DVITALS_UNITY=ON -DVITALS_PROMETHEUS_CPP=OFF -DVITALS_PUSH=OFF -DVITALS_TESTS=OFF -DVITALS_BENCH=OFF
  build "$build" clinic vitals
  done_with "clinic and vitals are built in $build"
fi

start_postgres "$folder" clinic
done_with "PostgreSQL is up"
start_redis "$folder"
done_with "Redis is up"
quietly psql "$POSTGRES_DSN" -X -q -v ON_ERROR_STOP=1 -f "$root/examples/clinic/schema.sql" -f "$root/examples/clinic/seed.sql"
done_with "the database is filled"

choose_port CLINIC_PORT 8080
choose_port CLINIC_METRICS_PORT 9464
levels=$root/examples/clinic/service-levels.yml limit=
if $monitoring; then
  monitoring_ports
  prepare_monitoring
fi
: >"$folder/clinic.log"
(
  monitoring_limit_applies "$BASHPID"
  CLINIC_DSN=$POSTGRES_DSN CLINIC_REDIS_SOCKET=$REDIS_SOCKET CLINIC_LEVELS=$levels \
    exec setpriv --pdeathsig TERM "$build/examples/clinic/clinic"
) >"$folder/clinic.log" 2>&1 &
clinic=$! background=$!
api=http://127.0.0.1:$CLINIC_PORT
endpoint=http://127.0.0.1:$CLINIC_METRICS_PORT

clinic_failed() {
  cat "$folder/clinic.log" >&2
  echo "examples/run.sh: the clinic $1" >&2
  exit 1
}
tries=0
# Its own word that it listens comes first: on a taken port, another service would answer.
until grep -q '^clinic: the API' "$folder/clinic.log" && curl -sf -o /dev/null "$api/api/v1/health"; do
  kill -0 $clinic 2>/dev/null || clinic_failed "ended"
  tries=$((tries + 1))
  [ $tries -lt 300 ] || clinic_failed "didn't get ready within 30 s"
  sleep 0.1
done
done_with "the clinic is ready"

if $serve; then
  cat <<END

  API        $api/api/v1/…   (POST /api/v1/auth/login with {"email": "test@pazpaz.com", "password": "testpass"})
  metrics    $endpoint/metrics
  live page  $endpoint/

Load and check are made to run side by side: the check judges what the service did between its two scrapes. In a second terminal

  $build/src/tool/vitals load --scenario $root/examples/clinic/load.yml --url $api --rate $rate --duration ${duration}s

and in a third one, while that runs

  $build/src/tool/vitals check --url $endpoint/metrics --config $root/examples/clinic/service-levels.yml --duration $((duration - 2))s

or both in one: the first with & behind it, sleep 1, the second, wait. Without --config the check has built-in targets.

Ctrl-C ends it.
END
  wait $clinic || clinic_failed "ended"
  exit 0
fi

if $monitoring; then
  start_monitoring
  done_with "Prometheus has scraped all targets"
  monitoring_addresses
  monitor
fi

echo "           load: $rate requests/s for $duration s"
"$build/src/tool/vitals" load --scenario "$root/examples/clinic/load.yml" --url "$api" --rate "$rate" \
  --duration "${duration}s" >"$folder/load.log" &
load=$! background="$load $clinic"
# The check's two scrapes lie inside the time of the load, after its login: it is in neither table then.
login_is_counted() {
  curl -sf "$endpoint/metrics" | grep -c '^http_requests_total{.*endpoint="/api/v1/auth/login".*} [1-9]' >/dev/null
}
tries=0
until login_is_counted || [ $tries = 100 ] || ! kill -0 $load 2>/dev/null; do
  tries=$((tries + 1))
  sleep 0.05
done
verdict=0
[ ! -t 1 ] || [ "${TERM-}" = dumb ] || export CLICOLOR_FORCE=1  # the table goes to a file first, lest it meets the progress line
run "$build/src/tool/vitals" check --url "$endpoint/metrics" --config "$root/examples/clinic/service-levels.yml" \
  --duration "$((duration - 1))s" >"$folder/check.log" 2>&1 || verdict=$?
load_status=0
wait $load || load_status=$?
background=$clinic
done_with "the load is over"

echo
cat "$folder/load.log"
echo "These times are from when a request was due. Below they are as the service measured them:"
echo
cat "$folder/check.log"
if [ $verdict = 0 ] && [ $load_status != 0 ]; then
  cat "$folder/clinic.log" >&2
  echo "examples/run.sh: the load failed" >&2
  exit 1
fi
exit $verdict
