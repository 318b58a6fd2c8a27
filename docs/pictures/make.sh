#!/bin/bash
# Makes the pictures of the documentation anew, from the running clinic:  docs/pictures/make.sh --build FOLDER
# FOLDER is a build folder with the clinic and the command. Needs the packages of tests/run.sh. Takes five minutes.
set -euo pipefail

[ "${1-}" = --build ] && [ -x "${2-}/src/tool/vitals" ] || { echo "usage: docs/pictures/make.sh --build FOLDER" >&2; exit 2; }
build=$(realpath "$2") root=$(cd "$(dirname "$0")/../.." && pwd)
MINUTES=4  # of load, so that curves have a past
export CLINIC_PORT=18080 CLINIC_METRICS_PORT=19464 PROMETHEUS_PORT=19090

log=$(mktemp)
"$root/examples/run.sh" --monitoring --quick --rate 120 --build "$build" >"$log" 2>&1 &
clinic=$!
trap 'kill $clinic 2>/dev/null; wait $clinic || true; rm -f "$log"' EXIT
until grep -q 'Prometheus has scraped all targets' "$log"; do
  kill -0 $clinic 2>/dev/null || { cat "$log" >&2; exit 1; }
  sleep 1
done
sleep $((60 * MINUTES))
/usr/bin/python3 -B "$root/docs/pictures/take.py" --endpoint http://127.0.0.1:$CLINIC_METRICS_PORT --prometheus http://127.0.0.1:$PROMETHEUS_PORT \
  --vitals "$build/src/tool/vitals" --levels "$root/examples/clinic/service-levels.yml" --output "$root/docs/pictures"
ls -l "$root"/docs/pictures/*.webp
