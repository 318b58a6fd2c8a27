# Prometheus, Alertmanager, a receiver of notifications and exporters around a running clinic, without containers. To be sourced by
# examples/run.sh, with its functions and those of tests/support/steps.sh; their files are in $folder.
#
#   monitoring_ports               chooses those that the environment doesn't name
#   prepare_monitoring             before the clinic starts: sets $levels and the configuration, for $quick and $faults
#   monitoring_limit_applies PID   puts a process into the clinic's memory cgroup, if there is one
#   start_monitoring               starts all, and returns once every target has been scraped
#   monitoring_addresses           prints where they are
#   monitor                        load, notifications and $faults, until $duration has passed or the faults are through; exits
monitoring_sources=$root/examples/monitoring
monitoring_memory=$((256 * 1024 * 1024))

monitoring_ports() {
  choose_port PROMETHEUS_PORT 9090
  choose_port ALERTMANAGER_PORT 9093
  choose_port RECEIVER_PORT 9099
  choose_port NODE_EXPORTER_PORT 9100
  choose_port REDIS_EXPORTER_PORT 9121
  choose_port POSTGRES_EXPORTER_PORT 9187
}

prepare_monitoring() {
  mkdir -p "$folder/prometheus/targets" "$folder/prometheus/rules"
  cp "$monitoring_sources/prometheus.yml" "$folder/prometheus/"
  sed "s|//receiver:9099/|//127.0.0.1:$RECEIVER_PORT/|" "$monitoring_sources/alertmanager.yml" >"$folder/alertmanager.yml"
  if $quick; then
    # Thresholds and windows are the same.
    sed -E '/^ *alert_after:/d; s/^( *)target:.*/&\n\1alert_after: 10s/' "$levels" >"$folder/service-levels.yml"
    levels=$folder/service-levels.yml
    sed -i 's/scrape_interval: 15s/scrape_interval: 5s/' "$folder/prometheus/prometheus.yml"
    sed -i 's/group_wait: 10s/group_wait: 1s/; s/group_interval: 1m/group_interval: 5s/' "$folder/alertmanager.yml"
  fi
  limit=
  case $faults in *memory*)
    make_limit
    [ -n "$limit" ] || wrong "--break memory needs a memory cgroup, which only root can make, and not everywhere; leave it out"
    trap 'steps_clean_up; rmdir "$limit"' EXIT
    export CLINIC_BALLAST_MIB=$((monitoring_memory / 1024 / 1024 * 8 / 10)) ;;
  esac
}

# Version 2 has one tree, and its root may have processes beside groups; version 1 has a tree for memory, where ours stands below
# the one that we are in.
make_limit() {
  local inside limit_file=memory.max
  limit=/sys/fs/cgroup/${folder##*/}
  if [ -d /sys/fs/cgroup/memory ]; then
    inside=$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)
    [ -d "/sys/fs/cgroup/memory$inside" ] || inside=
    limit=/sys/fs/cgroup/memory$inside/${folder##*/} limit_file=memory.limit_in_bytes
  fi
  mkdir "$limit" 2>/dev/null || limit=
  [ -z "$limit" ] || (echo $monitoring_memory >"$limit/$limit_file") 2>/dev/null || { rmdir "$limit" && limit=; }
}

monitoring_limit_applies() { [ -z "$limit" ] || echo "$1" >"$limit/cgroup.procs"; }

# monitoring_runs NAME command…: beside the shell, until the script ends; its output is $folder/NAME.log.
monitoring_runs() {
  local name=$1
  shift
  setpriv --pdeathsig TERM "$@" >"$folder/$name.log" 2>&1 &
  background="$! $background"
  monitoring_processes+=("$!:$name")
}

monitoring_failed() {
  local process
  for process in "${monitoring_processes[@]}"; do
    kill -0 "${process%%:*}" 2>/dev/null || { tail -n 20 "$folder/${process#*:}.log" >&2; echo "$0: ${process#*:} ended" >&2; }
  done
  echo "$0: $1" >&2
  exit 1
}

monitoring_targets() { echo "- targets: [\"127.0.0.1:$2\"]" >"$folder/prometheus/targets/$1.yml"; }

start_monitoring() {
  local tries=0
  monitoring_processes=()
  run "$build/src/tool/vitals" rules --config "$levels" --pack explicit --output "$folder/prometheus/rules" >/dev/null
  monitoring_targets clinic "$CLINIC_METRICS_PORT"
  monitoring_targets prometheus "$PROMETHEUS_PORT"
  monitoring_targets alertmanager "$ALERTMANAGER_PORT"
  monitoring_targets node "$NODE_EXPORTER_PORT"
  monitoring_targets redis "$REDIS_EXPORTER_PORT"
  monitoring_targets postgres "$POSTGRES_EXPORTER_PORT"

  monitoring_runs receiver python3 -B "$monitoring_sources/receiver.py" --port "$RECEIVER_PORT" --record "$folder/notifications"
  monitoring_runs alertmanager prometheus-alertmanager --config.file="$folder/alertmanager.yml" --storage.path="$folder/alertmanager" \
    --web.listen-address="127.0.0.1:$ALERTMANAGER_PORT" --cluster.listen-address=
  monitoring_runs node-exporter prometheus-node-exporter --web.listen-address="127.0.0.1:$NODE_EXPORTER_PORT"
  monitoring_runs redis-exporter prometheus-redis-exporter -redis.addr "redis://127.0.0.1:$REDIS_PORT" \
    -web.listen-address "127.0.0.1:$REDIS_EXPORTER_PORT"
  DATA_SOURCE_NAME="$POSTGRES_DSN sslmode=disable" monitoring_runs postgres-exporter prometheus-postgres-exporter \
    --web.listen-address="127.0.0.1:$POSTGRES_EXPORTER_PORT"
  monitoring_runs prometheus prometheus --config.file="$folder/prometheus/prometheus.yml" --storage.tsdb.path="$folder/data" \
    --storage.tsdb.retention.time=40d --enable-feature=exemplar-storage --web.listen-address="127.0.0.1:$PROMETHEUS_PORT"
  until [ "$(curl -s "http://127.0.0.1:$PROMETHEUS_PORT/api/v1/targets?state=active" | grep -o '"health":"up"' | wc -l)" = 6 ]; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || monitoring_failed "not every target was scraped within a minute"
    sleep 0.1
  done
}

monitoring_addresses() {
  cat <<END

  clinic        http://127.0.0.1:$CLINIC_PORT/api/v1/…   http://127.0.0.1:$CLINIC_METRICS_PORT/metrics
  Prometheus    http://127.0.0.1:$PROMETHEUS_PORT/alerts
  Alertmanager  http://127.0.0.1:$ALERTMANAGER_PORT
  exporters     http://127.0.0.1:$POSTGRES_EXPORTER_PORT/metrics (PostgreSQL)   http://127.0.0.1:$REDIS_EXPORTER_PORT/metrics (Redis)
                http://127.0.0.1:$NODE_EXPORTER_PORT/metrics (machine)
  notifications are printed by http://127.0.0.1:$RECEIVER_PORT (in place of a pager and a ticket system), and are below

END
}

monitor() {
  local status=0
  monitoring_runs load bash -c 'while :; do setpriv --pdeathsig TERM "$@"; sleep 1; done' load \
    "$build/src/tool/vitals" load --scenario "$root/examples/clinic/load.yml" --url "$api" --rate "$rate" --duration 3600s
  setpriv --pdeathsig TERM tail -n +1 -f "$folder/receiver.log" &
  background="$! $background"
  if [ -n "$faults" ]; then
    CLINIC_PID=$clinic PROMETHEUS=http://127.0.0.1:$PROMETHEUS_PORT NOTIFICATIONS=$folder/notifications \
      run python3 -B "$monitoring_sources/break.py" $faults || status=$?
    exit $status
  fi
  if [ -n "$duration" ]; then
    run sleep "$duration"
  else
    echo "Ctrl-C ends it."
    wait $clinic || clinic_failed "ended"
  fi
  exit 0
}
