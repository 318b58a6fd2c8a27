"""Every query of the runbooks and of docs/monitoring.md, asked of a real Prometheus that scrapes the clinic under load."""
import math
import os
import re
import sys
import unittest
from pathlib import Path

from service import ROOT, Service, eventually

sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from prometheus import Prometheus

DOCS = Path(ROOT) / "docs"
LOAD_SECONDS = 10


def queries():
    """[(document, whether it may have no answer, query)]."""
    found = []
    for document in [DOCS / "monitoring.md", *sorted((DOCS / "runbooks").glob("*.md"))]:
        for tag, block in re.findall(r"^```promql([^\n]*)\n(.*?)^```$", document.read_text(), flags=re.M | re.S):
            for query in re.split(r"\n\s*\n", block.strip()):
                found.append((document.name, tag.strip() == "empty-when-healthy", query))
    return found


@unittest.skipUnless(Prometheus.installed, "prometheus is missing: install the package of that name")
class Queries(unittest.TestCase):
    def test_each_can_be_asked_and_has_numbers_where_it_must(self):
        with Service() as clinic, Prometheus(f"127.0.0.1:{clinic.metrics_port}") as prometheus:
            eventually(lambda: prometheus.query("up"), "Prometheus scrapes")
            load = clinic.start_load("--rate", "60", "--duration", f"{LOAD_SECONDS}s")
            self.assertEqual(load.wait(), 0, load.communicate()[0])
            for document, may_be_empty, query in queries():
                with self.subTest(document=document, query=query):
                    if may_be_empty:
                        self.assertIsNotNone(prometheus.ask("query", query=query), "Prometheus refuses it")
                    else:
                        eventually(lambda: self.has_numbers(prometheus.query(query)), "finite numbers", patience=10)

    @staticmethod
    def has_numbers(result):
        return any(math.isfinite(float(sample["value"][1])) for sample in result)

    def test_every_runbook_has_queries(self):
        asked = {document for document, may_be_empty, _ in queries() if not may_be_empty}
        self.assertEqual({page.name for page in (DOCS / "runbooks").glob("*.md")} - asked, {"README.md"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
