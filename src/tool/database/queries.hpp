#pragma once

namespace vitals::tool::queries {

// What is asked of PostgreSQL, from 14 on. Each begins with the same comment, by which the check's own statements are
// left out of pg_stat_statements.

constexpr const char* kServer = R"(/* vitals check */
SELECT current_database(), current_setting('server_version'), pg_postmaster_start_time(),
       quote_ident(current_user), pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'),
       current_setting('pg_stat_statements.max', true) IS NOT NULL,
       coalesce(current_setting('pg_stat_statements.track', true), ''),
       (SELECT extversion FROM pg_extension WHERE extname = 'pg_stat_statements'),
       (SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
        WHERE extname = 'pg_stat_statements'),
       (SELECT stats_reset FROM pg_stat_database WHERE datname = current_database()))";

// {0}: the extension's schema; {1}: whether the extremes are of all calls; {2}: the most rows.
constexpr const char* kStatements = R"(/* vitals check */
SELECT userid || '/' || queryid, calls, total_exec_time / 1000, min_exec_time / 1000, max_exec_time / 1000,
       stddev_exec_time / 1000, {1}, left(query, 16384)
FROM {0}.pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND toplevel AND calls > 0 AND query NOT LIKE '/* vitals check */%'
LIMIT {2})";

constexpr const char* kStatementsInfo = R"(/* vitals check */
SELECT dealloc, stats_reset FROM {0}.pg_stat_statements_info)";

// reserved_connections is of PostgreSQL 16.
constexpr const char* kConnections = R"(/* vitals check */
SELECT count(*), current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int +
       coalesce(current_setting('reserved_connections', true), '0')::int,
       count(*) FILTER (WHERE state LIKE 'idle in transaction%')
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid())";

constexpr const char* kLocks = R"(/* vitals check */
SELECT w.pid, extract(epoch FROM clock_timestamp() - l.waitstart), w.query,
       l.mode || ' on ' || coalesce(l.locktype || ' ' || c.relname, l.locktype),
       b.pid, b.state, extract(epoch FROM clock_timestamp() - b.xact_start), b.query, count(*) OVER ()
FROM pg_locks l JOIN pg_stat_activity w ON w.pid = l.pid LEFT JOIN pg_class c ON c.oid = l.relation
LEFT JOIN LATERAL (SELECT pid, state, xact_start, query FROM pg_stat_activity
                   WHERE pid = ANY (pg_blocking_pids(w.pid)) ORDER BY xact_start LIMIT 1) b ON true
WHERE NOT l.granted AND l.waitstart IS NOT NULL AND w.datname = current_database()
ORDER BY l.waitstart LIMIT 1)";

// {0}: the rows of a large table; {1}: the most tables.
constexpr const char* kTables = R"(/* vitals check */
SELECT relid, schemaname || '.' || relname, n_live_tup, seq_scan, coalesce(idx_scan, 0), idx_scan IS NOT NULL
FROM pg_stat_user_tables WHERE n_live_tup >= {0} ORDER BY relid LIMIT {1})";

// Of at least 1 MiB, since small ones cost nothing. An index that keeps values unique is needed without a query.
constexpr const char* kUnusedIndexes = R"(/* vitals check */
SELECT s.indexrelname, s.schemaname || '.' || s.relname,
       c.relpages::float8 * current_setting('block_size')::int, count(*) OVER ()
FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid) JOIN pg_class c ON c.oid = s.indexrelid
WHERE s.idx_scan = 0 AND NOT i.indisunique AND NOT i.indisexclusion
  AND c.relpages::float8 * current_setting('block_size')::int >= 1048576
ORDER BY c.relpages DESC, 1 LIMIT 3)";

constexpr const char* kBlocks = R"(/* vitals check */
SELECT blks_hit, blks_read FROM pg_stat_database WHERE datname = current_database())";

}  // namespace vitals::tool::queries
