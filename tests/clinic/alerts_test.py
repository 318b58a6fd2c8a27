"""Real faults of the clinic, by examples/run.sh --break: the alerts of each fire, arrive at the receiver and are resolved.

The rules are those of `vitals rules` but for their times, which are seconds here: promtool judges these (tests/tool/rules).
"""
import os
import re
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from monitoring_test import MISSING, start
from service import ROOT

ENOUGH = 500  # seconds for all faults; they take 110

# In place of the command in a build folder. Six samples are in a window. The groups of error budgets, whose sums count evaluations,
# stay as they are, and what comes after them: one that burns on a slow machine does so for longer than a test, and would silence
# the alert that is waited for.
HASTY_VITALS = r"""#!/bin/bash
set -e
"$VITALS" "$@"
rules=${*: -1}
sed -i -E '1,/^  - name: sla_slo$/ { s/\[[25]m\]/[12s]/g; s/^( +interval): 30s/\1: 1s/; s/^( +(keep_firing_)?for): .*/\1: 1s/ }' \
  "$rules/sla.rules.yml"
grep -q '\[12s\]' "$rules/sla.rules.yml" && grep -q ' for: 1s' "$rules/sla.rules.yml"
sed -i 's/scrape_interval: 5s/scrape_interval: 2s/' "$rules/../prometheus.yml"
sed -i '/^inhibit_rules:/,/^$/d' "$rules/../../alertmanager.yml"
"""


def documented():
    """{fault: [alert, …]} of docs/monitoring.md."""
    text = (Path(ROOT) / "docs/monitoring.md").read_text()
    return {fault: alerts.split(", ") for fault, alerts in re.findall(r"^\| `(\w+)` \| .* \| (\w[\w, ]+) \|$", text, flags=re.M)}


def hasty_build(folder):
    """The folder, as one of a build whose rules look at seconds instead of minutes."""
    build = Path(os.environ["BUILD"])
    (folder / "src/tool").mkdir(parents=True)
    (folder / "src/tool/vitals").write_text(HASTY_VITALS)
    (folder / "src/tool/vitals").chmod(0o755)
    (folder / "examples").symlink_to(build / "examples")
    return folder


@unittest.skipIf(MISSING, f"missing: {', '.join(MISSING)}; install the packages of these names")
class Alerts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = hasty_build(Path(folder.name))
        self.end = time.monotonic() + ENOUGH

    def break_clinic(self, fault):
        """(exit status, output) of the script."""
        process, _ = start("--break", fault, "--build", self.build)
        try:
            output = process.communicate(timeout=self.end - time.monotonic())[0]
        except subprocess.TimeoutExpired:
            process.terminate()
            output = process.communicate()[0]
        return process.returncode, output

    def test_each_fault_fires_arrives_and_clears(self):
        faults = documented()
        status, output = self.break_clinic("all")
        if status == 3 and "needs a memory cgroup" in output:  # monitoring_test.py shows what the fault does to the clinic
            faults.pop("memory")
            results = [self.break_clinic(fault) for fault in faults]
            status, output = max(status for status, _ in results), "".join(output for _, output in results)
        self.assertEqual(status, 0, output)
        self.assertEqual(set(re.findall(r"^(\w+) +(\w+) +\d+ s +\d+ s +\d+ s ", output, flags=re.M)),
                         {(fault, alert) for fault, alerts in faults.items() for alert in alerts}, output)
        slow = output.split("errors: broken")[0]
        self.assertRegex(slow, r"queue  firing  EndpointOverBudget  endpoint=/api/v1/appointments job=clinic method=POST ")
        self.assertRegex(output, r"pager  firing  HighErrorRate  job=clinic severity=critical ")
        self.assertRegex(output, r"queue  firing  LowCacheHitRatio  cache_type=redis job=clinic severity=warning ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
