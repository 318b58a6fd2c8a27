#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace vitals::detail {

/// The closed list of what the label `query_type` may say. The last four are no verbs of SQL.
inline constexpr auto kQueryTypes = std::to_array<std::string_view>(
    {"INSERT",  "UPDATE",  "DELETE",     "MERGE",  "COPY",       "BEGIN",     "COMMIT",  "ROLLBACK", "SET",
     "EXECUTE", "FETCH",   "TRUNCATE",   "LOCK",   "VACUUM",     "ANALYZE",   "CLUSTER", "REINDEX",  "REFRESH",
     "CREATE",  "ALTER",   "DROP",       "GRANT",  "REVOKE",     "COMMENT",   "CALL",    "DO",       "EXPLAIN",
     "PREPARE", "DECLARE", "DEALLOCATE", "MOVE",   "CLOSE",      "SAVEPOINT", "RELEASE", "SHOW",     "RESET",
     "DISCARD", "LISTEN",  "UNLISTEN",   "NOTIFY", "CHECKPOINT", "SELECT",    "BATCH",   "EMPTY",    "OTHER"});
inline constexpr std::size_t kQueryVerbs = kQueryTypes.size() - 4;

}  // namespace vitals::detail
