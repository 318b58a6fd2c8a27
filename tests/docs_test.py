#!/usr/bin/env python3
"""README's program is examples/quickstart.cpp, to the letter, its cost table is that of bench/README.md, the example of
docs/lint.md is a test, and every file that the documents name is there."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
readme = (root / "README.md").read_text()
program = re.search(r"```cpp\n(.*?)```", readme, re.S).group(1)
source = (root / "examples/quickstart.cpp").read_text()
if program not in source:
    sys.exit("README.md: its first C++ block is not a part of examples/quickstart.cpp; make them equal")

table = re.search(r"## Cost\n.*?((?:\|[^\n]*\n)+)", readme, re.S)
if not table or table.group(1) not in (root / "bench/README.md").read_text():
    sys.exit("README.md: the table under Cost is not that of bench/README.md; make them equal")

lint = (root / "docs/lint.md").read_text()
for kind, place in [("cpp", "tests/lint/metrics_test.cpp"), ("cmake", "tests/lint/CMakeLists.txt")]:
    quoted = re.search(rf"```{kind}\n(.*?)```", lint, re.S).group(1).split("enable_testing()\n")[-1].strip()
    if quoted not in (root / place).read_text():
        sys.exit(f"docs/lint.md: its {kind} block is not a part of {place}; make them equal")

for link in re.findall(r"\]\(([^)#]+)\)", readme):
    if not link.startswith("http") and not (root / link).exists():
        sys.exit(f"README.md: link to {link}, which does not exist")

sources = {p.name for folder in ["src", "include", "tests", "bench", "examples"] for p in (root / folder).rglob("*")}
missing = []
for document in [root / "README.md", root / "bench/README.md", *sorted((root / "docs").rglob("*.md"))]:
    text = document.read_text()
    name = document.relative_to(root)
    for path in re.findall(r"`((?:\.ci|src|include|tests|bench|examples|cmake|docs)/[\w./-]+)`", text):
        if not (root / path).exists():
            missing.append(f"{name}: names {path}, which does not exist")
    for file in re.findall(r"`([\w-]+\.[ch]pp)`", text):
        if file not in sources:
            missing.append(f"{name}: names {file}, which does not exist")
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if not link.startswith("http") and not (document.parent / link).exists():
            missing.append(f"{name}: link to {link}, which does not exist")
if missing:
    sys.exit("\n".join(missing))
