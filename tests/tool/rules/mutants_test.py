#!/usr/bin/env python3
"""The tests that `vitals rules` writes fail for every small change of a rule: mutants_test.py LEVELS…

A mutant is tested with the records that it reads, and with what the tests ask about it. Prints how many were noticed."""
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

from generated import Pack, failed_tests, name_of, write_case, write_rules
from mutations import mutants

BATCH = 40


class Mutant:
    def __init__(self, pack, rule, what, mutant):
        records, self.tests = pack.tests_of_rule(rule)
        self.rules, self.is_changed = [*records, mutant], what is not None
        self.text = f"{pack.title}: {name_of(rule)} {rule.get('labels', '')}: {what}"


def all_mutants(packs):
    for pack in packs:
        for rule in pack.rules:
            if not pack.tests_of_rule(rule)[1]:
                sys.exit(f"{pack.title}: {name_of(rule)} has no test")
            yield Mutant(pack, rule, None, rule)  # without a change its tests pass
            for what, mutant in mutants(rule):
                yield Mutant(pack, rule, what, mutant)


def judge(batch):
    """Which of a batch of mutants fail."""
    folder = tempfile.mkdtemp(prefix="vitals-mutants.")
    try:
        paths = {}
        for number, mutant in enumerate(batch):
            for path in write_case(folder, str(number), mutant.rules, mutant.tests):
                paths[path] = number
        return {paths[path] for path in failed_tests(list(paths))}
    finally:
        shutil.rmtree(folder)


def main():
    if shutil.which("promtool") is None:
        print("OK (skipped=promtool is not installed)")
        return 0
    began = time.monotonic()
    packs = []
    for levels in sys.argv[1:]:
        with tempfile.TemporaryDirectory(prefix="vitals-rules.") as folder:
            write_rules(levels, folder)
            for name in ("sla", "slo"):
                packs.append(Pack(folder, name))
                packs[-1].title = f"{os.path.basename(os.path.dirname(levels))}/{name}"
    everything = list(all_mutants(packs))
    batches = [everything[i:i + BATCH] for i in range(0, len(everything), BATCH)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = list(pool.map(judge, batches))
    wrong, survivors, killed = [], [], 0
    for batch, numbers in zip(batches, failed, strict=True):
        for number, mutant in enumerate(batch):
            if not mutant.is_changed:
                wrong += [mutant.text] if number in numbers else []
            elif number in numbers:
                killed += 1
            else:
                survivors.append(mutant.text)
    for text in wrong:
        print(f"fails without a change: {text}")
    for text in survivors:
        print(f"survives: {text}")
    print(f"{killed} of {killed + len(survivors)} mutants were noticed in {time.monotonic() - began:.0f} s")
    return 1 if wrong or survivors or not killed else 0


sys.exit(main())
