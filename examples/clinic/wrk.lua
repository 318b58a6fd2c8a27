-- The requests of the clinic's users for wrk (https://github.com/wg/wrk), as fast as the clinic answers:
--   wrk -t 2 -c 64 -d 30s -s examples/clinic/wrk.lua http://127.0.0.1:8080 -- "$TOKEN" [SEED]
-- TOKEN is what POST /api/v1/auth/login answers as access_token. It prints one line of JSON at the end. wrk has one summary of
-- latencies for all requests, in a closed loop, and leaves out those that are under way when it ends.
local mix = {
  {10, "GET", "/api/v1/appointments"},
  {5, "GET", "/api/v1/schedule"},
  {3, "GET", "/api/v1/clients"},
  {2, "POST", "/api/v1/appointments"},
  {1, "GET", "/api/v1/clients/{id}"},
}
local threads = 0
local bag, headers = {}, {}

-- Without a seed of its own, each thread would send the same series.
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  if not arguments[1] then
    error("wrk.lua: give the token behind --")
  end
  math.randomseed(42 + 1000 * number + (tonumber(arguments[2]) or 0))
  headers = {["Authorization"] = "Bearer " .. arguments[1], ["Content-Type"] = "application/json"}
  for _, kind in ipairs(mix) do
    for _ = 1, kind[1] do
      bag[#bag + 1] = kind
    end
  end
end

function request()
  local kind = bag[math.random(#bag)]
  local body
  if kind[2] == "POST" then
    body = string.format('{"client_id": %d, "service_id": %d, "start_time": "2024-10-25T10:00:00", "duration_minutes": 60}',
                         math.random(100), math.random(10))
  end
  return wrk.format(kind[2], (kind[3]:gsub("{id}", tostring(math.random(100)))), headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "per_second": %.1f, "p50_seconds": %.6f, "p95_seconds": %.6f, "p99_seconds": %.6f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e6,
    latency:percentile(95) / 1e6, latency:percentile(99) / 1e6,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
