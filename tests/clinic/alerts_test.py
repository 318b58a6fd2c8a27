"""A real fault of the clinic, by examples/run.sh --break: its alert fires, arrives at the receiver and is resolved."""
import re
import unittest

from monitoring_test import MISSING, start


@unittest.skipIf(MISSING, f"missing: {', '.join(MISSING)}; install the packages of these names")
class Alerts(unittest.TestCase):
    def test_errors_fire_arrive_and_clear(self):
        process, _ = start("--break", "errors")
        output = process.communicate()[0]
        self.assertEqual(process.returncode, 0, output)
        self.assertRegex(output, r"pager  firing  HighErrorRate  job=clinic severity=critical ")
        self.assertRegex(output, r"pager  resolved  HighErrorRate  ")
        row = re.search(r"^errors  HighErrorRate  (\d+) s +(\d+) s +(\d+) s ", output, flags=re.M)
        self.assertTrue(row, output)


if __name__ == "__main__":
    unittest.main(verbosity=2)
