"""Reads the files 0, 1, 2, … of a folder and prints, one line each, what the strict OpenMetrics parser of prometheus_client says: "ok" or its error."""
import itertools
import os
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

for number in itertools.count():
    path = os.path.join(sys.argv[1], str(number))
    if not os.path.exists(path):
        break
    with open(path, newline="", encoding="utf-8") as file:
        text = file.read()
    try:
        for _ in text_string_to_metric_families(text):
            pass
        print("ok")
    except Exception as error:  # what the parser trips over is an error too
        print(f"{type(error).__name__}: {error}".replace("\n", " ")[:300])
