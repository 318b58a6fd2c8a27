"""What docs/monitoring.md says of remote write: one Prometheus sends what it scrapes from the clinic to another."""
import os
import re
import sys
import unittest
from pathlib import Path

import yaml

from service import ROOT, Service, eventually

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from prometheus import Prometheus


def documented():
    """The remote_write of docs/monitoring.md."""
    text = (Path(ROOT) / "docs/monitoring.md").read_text()
    return next(part["remote_write"] for part in map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", text, flags=re.M | re.S))
                if "remote_write" in part)


@unittest.skipUnless(Prometheus.installed, "prometheus is missing: install the package of that name")
class RemoteWrite(unittest.TestCase):
    def test_what_is_scraped_arrives_at_the_receiver_but_for_what_is_dropped(self):
        with Service() as clinic, Prometheus(None, "--web.enable-remote-write-receiver") as history:
            writes = documented()
            self.assertEqual(len(writes), 1)
            writes[0]["url"] = f"http://127.0.0.1:{history.port}/api/v1/write"
            with Prometheus(f"127.0.0.1:{clinic.metrics_port}", remote_write=writes) as scraper:
                for _ in range(7):
                    self.assertEqual(clinic.call("GET", "/api/v1/clients").status, 200)
                count = 'http_requests_total{endpoint="/api/v1/clients",status="200"}'
                eventually(lambda: self.value(scraper, count) == 7, "the requests are scraped")

                eventually(lambda: self.value(history, count) == 7, "they are written to the other Prometheus")
                eventually(lambda: history.query("http_request_duration_seconds_bucket"), "so are histograms")
                self.assertTrue(scraper.query("http_request_duration_highr_seconds_bucket"))
                self.assertEqual(history.query("http_request_duration_highr_seconds_bucket"), [], "the document drops it")

    @staticmethod
    def value(prometheus, query):
        result = prometheus.query(query)
        return float(result[0]["value"][1]) if result else None


if __name__ == "__main__":
    unittest.main(verbosity=2)
