#pragma once

// PostgreSQL through libpqxx: queries that are timed, and a pool of connections. Needs libpqxx 6.4 to 7.10.
#include <vitals/postgres/metrics.hpp>
#include <vitals/postgres/pool.hpp>
#include <vitals/postgres/sql.hpp>
#include <vitals/postgres/timed.hpp>
#include <vitals/postgres/transaction.hpp>
