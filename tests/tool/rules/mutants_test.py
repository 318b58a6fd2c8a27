#!/usr/bin/env python3
"""The tests that `vitals rules` writes fail for every small change of a rule: mutants_test.py LEVELS…

A mutant is tested with the records that it reads, and with what the tests ask about it. Prints how many were noticed."""
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

from generated import Pack, failed_variants, name_of, write_rules
from mutations import mutants


class Variants:
    """A rule as it is, number 0, and its mutants."""

    def __init__(self, pack, rule):
        self.title = f"{pack.title}: {name_of(rule)} {rule.get('labels', '')}"
        self.records, self.tests = pack.tests_of_rule(rule)
        if not self.tests:
            sys.exit(f"{self.title} has no test")
        self.whats, self.rules = zip(("it fails without a change", rule), *mutants(rule, pack.rules), strict=True)

    def failed(self):
        return failed_variants(self.records, dict(enumerate(self.rules)), self.tests)


def main():
    if shutil.which("promtool") is None:
        print("OK (skipped=promtool is not installed)")
        return 0
    began = time.monotonic()
    everything = []
    for levels in sys.argv[1:]:
        with tempfile.TemporaryDirectory(prefix="vitals-rules.") as folder:
            write_rules(levels, folder)
            for name in ("sla", "slo"):
                pack = Pack(folder, name)
                pack.title = f"{os.path.basename(os.path.dirname(levels))}/{name}"
                everything += [Variants(pack, rule) for rule in pack.rules]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = list(pool.map(Variants.failed, everything))
    wrong, killed, total = [], 0, 0
    for variants, numbers in zip(everything, failed, strict=True):
        wrong += [f"{variants.title}: {variants.whats[0]}"] if 0 in numbers else []
        survivors = set(range(1, len(variants.rules))) - numbers
        wrong += [f"{variants.title} survives: {variants.whats[number]}" for number in sorted(survivors)]
        total += len(variants.rules) - 1
        killed += len(variants.rules) - 1 - len(survivors)
    for text in wrong:
        print(text)
    print(f"{killed} of {total} mutants were noticed in {time.monotonic() - began:.0f} s")
    return 1 if wrong or not killed else 0


sys.exit(main())
