"""An exporter whose numbers go on as a test says, at an address that stays the same while it is down."""
import http.server
import threading

BOUNDS = ["0.05", "0.15", "0.5", "1"]


def families(service):
    """Routes have a thousand requests more at each scrape, of which one in a hundred fails."""
    n = service.base + 1000 * service.scrapes
    lines = [f"process_start_time_seconds {service.started}", "process_resident_memory_bytes 64000000",
             f"process_cpu_seconds_total {0.1 * n / 1000}", "http_requests_active 3",
             'db_pool_connections_active{pool="main"} 4', 'db_pool_connections_max{pool="main"} 16',
             'slo_objective_ratio{slo="latency-p95"} 0.95', "# TYPE slo_events_total counter", f'slo_events_total{{slo="latency-p95"}} {n}',
             "# TYPE slo_bad_events_total counter", f'slo_bad_events_total{{slo="latency-p95"}} {n // 40}',
             "# TYPE cache_hits_total counter", f'cache_hits_total{{cache_type="redis",hit="true"}} {9 * n}',
             f'cache_hits_total{{cache_type="redis",hit="false"}} {n}']
    for i, endpoint in enumerate(service.endpoints):
        labels = f'method="GET",endpoint="{endpoint}"'
        lines += [f'http_requests_total{{{labels},status="200"}} {n - n // 100}', f'http_requests_total{{{labels},status="500"}} {n // 100}',
                  f'http_endpoint_budget_seconds{{{labels},slo_class="c",operation="none"}} 0.15']
        for bound in BOUNDS:
            share = min(1.0, 0.5 + 0.5 * (BOUNDS.index(bound) + 1 - min(i, 2)) / 3)
            lines.append(f'http_request_duration_seconds_bucket{{{labels},le="{bound}"}} {int(n * share)}')
        lines += [f'http_request_duration_seconds_bucket{{{labels},le="+Inf"}} {n}', f"http_request_duration_seconds_count{{{labels}}} {n}"]
    return ("\n".join(lines) + "\n").encode()


class GrowingService:
    """With `is_up` False it closes each connection without an answer."""

    def __init__(self, endpoints=("/fast", "/clients/{id}", "/slow"), body=families):
        self.endpoints = list(endpoints)
        self.body = body
        self.base = 0
        self.scrapes = 0
        self.started = 1_700_000_000
        self.is_up = True

    def __enter__(self):
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if not service.is_up:
                    return self.close()
                service.scrapes += 1
                body = service.body(service)
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def close(self):
                self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/metrics"
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def restart(self):
        self.base, self.scrapes = 0, 0
        self.started += 3600
