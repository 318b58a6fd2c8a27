"""Writes what prometheus_client exposes of one metric of each type: OpenMetrics to the first file, text to the second."""
import sys

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Summary, generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as generate_openmetrics

registry = CollectorRegistry()
Counter("jobs", 'Jobs "quoted" \\ x\ny.', ["q"], registry=registry).labels("a").inc(1, exemplar={"trace_id": "x"})
Gauge("temperature_celsius", "Temperature.", registry=registry).set(1.5)
Histogram("request_seconds", "Time.", ["p"], registry=registry).labels('/"\\\n').observe(0.3, {"t": "1"})
Summary("size_bytes", "Size.", registry=registry).observe(3)
Info("build", "Build.", registry=registry).info({"version": "1"})
Enum("state", "State.", states=["a", "b"], registry=registry).state("b")
with open(sys.argv[1], "wb") as file:
    file.write(generate_openmetrics(registry))
with open(sys.argv[2], "wb") as file:
    file.write(generate_latest(registry))
