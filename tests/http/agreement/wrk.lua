-- Sends as many requests as its argument says, awaits the answer to each, and then says so on standard output: without it
-- wrk ends with requests under way, which the server counts and wrk doesn't. For one thread.
local total, begun, answered = 0, 0, 0

function init(arguments)
  total = tonumber(arguments[1])
end

-- Asked for before each request, in ms.
function delay()
  if begun == total then
    return 3600000
  end
  begun = begun + 1
  return 0
end

function response()
  answered = answered + 1
  if answered == total then
    io.stdout:write("all answered\n")
    io.stdout:flush()
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.stdout:write(string.format("requests %d\n", summary.requests))
  io.stdout:write(string.format("errors %d\n", errors.connect + errors.read + errors.write + errors.status + errors.timeout))
  io.stdout:write(string.format("p95 %.6f\n", latency:percentile(95) / 1e6))
end
