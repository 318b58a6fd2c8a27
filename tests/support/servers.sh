# Private PostgreSQL and Redis servers for tests and examples. To be sourced (sh or bash); turns job control off:
#
#   . tests/support/servers.sh
#   trap stop_servers EXIT; trap 'exit 130' INT; trap 'exit 143' TERM
#   start_postgres DIR [database]    sets POSTGRES_DSN, a libpq connection string     (log: DIR/postgres.log); settings of the
#                                    server, -c NAME=VALUE, may stand in POSTGRES_OPTIONS
#   start_redis DIR                  sets REDIS_SOCKET, and REDIS_PORT on 127.0.0.1   (log: DIR/redis.log)
#   kill9_postgres, restart_postgres, kill9_redis, restart_redis     an outage and its end, at the same address
#   stop_servers                     stops what runs; may be called at any time and more than once
#
# Nothing of the system's own servers is touched: PostgreSQL listens only on a Unix socket in a folder that nobody else can
# enter (so it trusts whoever gets there), Redis on such a socket and on loopback. Data is thrown away: PostgreSQL runs with
# fsync off, which survives a kill -9 of the server but no crash of the machine; Redis keeps nothing on disk.
#
# Started by root, PostgreSQL runs as the user postgres (or nobody), since it refuses root. Where that user can't enter DIR, or
# DIR is too long for a socket's path, the server lives in a folder of its own in /tmp, removed by stop_servers.
# Servers are in sessions of their own, so Ctrl-C reaches the script alone, and its trap stops them; when the script is killed
# outright, the kernel stops them (setpriv --pdeathsig). Call start_* in the shell that lives as long as the servers.

# With job control, as in a terminal's shell, setsid forks: the process that is waited for and stopped would not be the server.
set +m

servers_postgres_pid=
servers_redis_pid=
servers_temporary=

servers_fail() {
  echo "servers.sh: $1" >&2
  if [ $# -gt 1 ] && [ -s "$2" ]; then
    echo "--- the end of $2:" >&2
    tail -n 40 "$2" >&2
  fi
  return 1
}

# servers_as USER SIGNAL command…: replaces this (sub)shell by the command, run as USER (empty: as who we are) in a session of
# its own, and sends it SIGNAL when the calling shell dies.
servers_exec_as() {
  servers_user_=$1 servers_signal_=$2
  shift 2
  if [ -n "$servers_user_" ]; then
    exec setsid setpriv --reuid "$servers_user_" --regid "$(id -g "$servers_user_")" --init-groups \
      --pdeathsig "$servers_signal_" -- "$@"
  fi
  exec setsid setpriv --pdeathsig "$servers_signal_" -- "$@"
}

# Sets servers_home: DIR/NAME where that can be the server's, otherwise a new folder in /tmp.
servers_make_home() {
  servers_home=$1/$2
  mkdir -p "$servers_home" || return 1
  chmod 700 "$servers_home"
  [ -z "$3" ] || chown "$3" "$servers_home"
  # 107 bytes are a socket path's limit; ".s.PGSQL.5432.lock" is the longest name in there.
  if [ "$(printf %s "$servers_home" | wc -c)" -gt 85 ] || ! (servers_exec_as "$3" KILL test -w "$servers_home") 2>/dev/null; then
    servers_home=$(mktemp -d "/tmp/vitals-$2.XXXXXX") || return 1
    [ -z "$3" ] || chown "$3" "$servers_home"
    servers_temporary="$servers_temporary $servers_home"
  fi
}

# Waits up to 30 s for "$@" to succeed, as long as the process lives.
servers_await() {
  servers_pid_=$1
  shift
  servers_tries_=0
  while [ $servers_tries_ -lt 300 ]; do
    if "$@" >/dev/null 2>&1; then return 0; fi
    kill -0 "$servers_pid_" 2>/dev/null || return 1
    sleep 0.1
    servers_tries_=$((servers_tries_ + 1))
  done
  return 1
}

# Asks the process to end by a signal, and kills it when it hasn't after 10 s.
servers_end() {
  kill -s "$2" "$1" 2>/dev/null || true
  servers_tries_=0
  while [ $servers_tries_ -lt 200 ] && kill -0 "$1" 2>/dev/null; do
    sleep 0.05
    servers_tries_=$((servers_tries_ + 1))
  done
  servers_kill9 "$1"
}

servers_kill9() {
  kill -s KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

# The newest of Debian's folders, then pg_config's, then PATH.
servers_find_postgres() {
  for servers_postgres_bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
    "$(pg_config --bindir 2>/dev/null)" "$(dirname "$(command -v postgres 2>/dev/null)" 2>/dev/null)"; do
    [ -x "$servers_postgres_bin/initdb" ] && [ -x "$servers_postgres_bin/postgres" ] && return 0
  done
  servers_fail "no PostgreSQL server found under /usr/lib/postgresql, by pg_config or on PATH; install the package postgresql"
}

servers_run_postgres() {
  (cd "$servers_postgres_home" && servers_exec_as "$servers_postgres_user" INT "$servers_postgres_bin/postgres" -D "$servers_postgres_home/data" \
    -p 5432 -k "$servers_postgres_home" -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=200 ${POSTGRES_OPTIONS-}) \
    </dev/null >>"$servers_postgres_log" 2>&1 &
  servers_postgres_pid=$!
  servers_await $servers_postgres_pid "$servers_postgres_bin/psql" -X -q -h "$servers_postgres_home" -p 5432 -U vitals -d postgres -c ''
}

start_postgres() {
  [ -z "$servers_postgres_pid" ] || { servers_fail "PostgreSQL was started already"; return 1; }
  servers_find_postgres || return 1
  mkdir -p "$1" || return 1
  servers_postgres_log=$1/postgres.log
  : >"$servers_postgres_log"
  servers_postgres_user=
  if [ "$(id -u)" = 0 ]; then
    servers_postgres_user=nobody
    if id postgres >/dev/null 2>&1; then servers_postgres_user=postgres; fi
  fi
  servers_make_home "$(cd "$1" && pwd)" postgres "$servers_postgres_user" || return 1
  servers_postgres_home=$servers_home
  (cd "$servers_home" && servers_exec_as "$servers_postgres_user" TERM "$servers_postgres_bin/initdb" -D "$servers_home/data" -U vitals \
    -A trust -E UTF8 --no-locale --no-sync --no-instructions) </dev/null >>"$servers_postgres_log" 2>&1 ||
    { servers_fail "initdb failed" "$servers_postgres_log"; return 1; }
  servers_run_postgres || { servers_fail "PostgreSQL didn't come up (it had 30 s)" "$servers_postgres_log"; return 1; }
  servers_database_=${2:-vitals}
  "$servers_postgres_bin/createdb" -h "$servers_home" -p 5432 -U vitals "$servers_database_" ||
    { servers_fail "createdb $servers_database_ failed" "$servers_postgres_log"; return 1; }
  POSTGRES_DSN="host='$servers_home' port=5432 dbname='$servers_database_' user=vitals"
  export POSTGRES_DSN
}

kill9_postgres() {
  servers_kill9 "$servers_postgres_pid"
  servers_postgres_pid=
}

# Its sessions end by themselves a moment after their parent was killed; until then a new server refuses to start.
restart_postgres() {
  [ -z "$servers_postgres_pid" ] || servers_end "$servers_postgres_pid" INT
  for servers_attempt_ in 1 2 3 4 5 6 7 8 9 10; do
    if servers_run_postgres; then return 0; fi
    servers_end "$servers_postgres_pid" INT
    servers_postgres_pid=
    sleep 0.5
  done
  servers_fail "PostgreSQL didn't come up again" "$servers_postgres_log"
}

servers_run_redis() {
  (cd "$servers_redis_home" && servers_exec_as "" TERM redis-server --port "$1" --bind 127.0.0.1 --unixsocket "$REDIS_SOCKET" \
    --unixsocketperm 700 --dir "$servers_redis_home" --save '' --appendonly no --daemonize no) \
    </dev/null >>"$servers_redis_log" 2>&1 &
  servers_redis_pid=$!
  servers_await $servers_redis_pid servers_redis_answers "$1"
}

# By its own port: another server may have it, and ours have failed to bind a moment later.
servers_redis_answers() {
  [ "$(redis-cli -s "$REDIS_SOCKET" config get port 2>/dev/null | tail -n 1)" = "$1" ]
}

start_redis() {
  [ -z "$servers_redis_pid" ] || { servers_fail "Redis was started already"; return 1; }
  command -v redis-server >/dev/null 2>&1 || { servers_fail "redis-server isn't on PATH; install the package redis-server"; return 1; }
  mkdir -p "$1" || return 1
  servers_redis_log=$1/redis.log
  : >"$servers_redis_log"
  servers_make_home "$(cd "$1" && pwd)" redis "" || return 1
  servers_redis_home=$servers_home
  REDIS_SOCKET=$servers_home/redis.sock
  # Redis can't choose a free port itself; a taken one makes it exit at once. Below the range that the kernel hands out.
  for servers_attempt_ in 1 2 3 4 5 6 7 8 9 10; do
    REDIS_PORT=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 12000))
    if servers_run_redis "$REDIS_PORT"; then
      export REDIS_SOCKET REDIS_PORT
      return 0
    fi
    servers_end "$servers_redis_pid" TERM
    servers_redis_pid=
  done
  servers_fail "Redis didn't come up" "$servers_redis_log"
}

kill9_redis() {
  servers_kill9 "$servers_redis_pid"
  servers_redis_pid=
}

restart_redis() {
  [ -z "$servers_redis_pid" ] || servers_end "$servers_redis_pid" TERM
  servers_run_redis "$REDIS_PORT" || { servers_fail "Redis didn't come up again" "$servers_redis_log"; return 1; }
}

stop_servers() {
  [ -z "$servers_postgres_pid" ] || servers_end "$servers_postgres_pid" INT
  servers_postgres_pid=
  [ -z "$servers_redis_pid" ] || servers_end "$servers_redis_pid" TERM
  servers_redis_pid=
  for servers_home in $servers_temporary; do rm -rf "$servers_home"; done
  servers_temporary=
}
