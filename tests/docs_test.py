#!/usr/bin/env python3
"""What the documents quote is what is compiled and tested, to the letter, and every file that they name is there; the version is
the same in each place that has it."""
import re
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))
from tutorial import Tutorial  # noqa: E402

root = Path(sys.argv[1])
readme = (root / "README.md").read_text()
programs = re.findall(r"```cpp\n(.*?)```", readme, re.S)
for program, file in zip(programs, ["examples/quickstart.cpp", "examples/quickstart_server.cpp"], strict=True):
    if program not in (root / file).read_text():
        sys.exit(f"README.md: a C++ block is not a part of {file}; make them equal")

table = re.search(r"## Cost\n.*?((?:\|[^\n]*\n)+)", readme, re.S)
if not table or table.group(1) not in (root / "bench/README.md").read_text():
    sys.exit("README.md: the table under Cost is not that of bench/README.md; make them equal")

judged = re.search(r"```text\n(name .*?)```", readme, re.S)
if not judged or judged.group(1) not in (root / "tests/golden/check_builtin.txt").read_text():
    sys.exit("README.md: the table of vitals check is not that of tests/golden/check_builtin.txt; make them equal")

lint = (root / "docs/lint.md").read_text()
for kind, place in [("cpp", "tests/lint/metrics_test.cpp"), ("cmake", "tests/lint/CMakeLists.txt")]:
    quoted = re.search(rf"```{kind}\n(.*?)```", lint, re.S).group(1).split("enable_testing()\n")[-1].strip()
    if quoted not in (root / place).read_text():
        sys.exit(f"docs/lint.md: its {kind} block is not a part of {place}; make them equal")

if mistakes := Tutorial(root).mistakes():
    sys.exit("\n".join(mistakes))


def ours(source):
    return set(re.findall(r"#include (<vitals/[^>]+>)", source))


def anchors(text):
    """Those that GitHub makes of the headings."""
    found = set()
    for heading in re.findall(r"^#+ (.*)", re.sub(r"```.*?```", "", text, flags=re.S), re.M):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        found.add(next(name for n in range(99) if (name := f"{slug}-{n}" if n else slug) not in found))
    return found


# A document quotes what a test has between two [example] marks. A block that begins with its includes has all that the test
# needs of vitals: else it is no program.
for document, test in [("docs/testing.md", "tests/core/testing/testing_test.cpp"), ("docs/core.md", "tests/core/series/family_test.cpp"),
                       ("docs/core.md", "tests/core/guide_test.cpp"), ("docs/levels.md", "tests/levels/levels_test.cpp"),
                       ("docs/push.md", "tests/push/example_test.cpp"), ("docs/http.md", "tests/http/guide_test.cpp"),
                       ("docs/endpoint_security.md", "tests/http/endpoint/endpoint_places_test.cpp"),
                       *(("docs/http.md", path.relative_to(root)) for path in (root / "examples/http").glob("*.?pp"))]:
    for example in re.split(r" *// \[example\]\n", (root / test).read_text())[1::2]:
        if textwrap.dedent(example) not in (root / document).read_text():
            sys.exit(f"{document}: has no C++ block with this [example] of {test}; make them equal:\n{textwrap.dedent(example)}")
    for block in re.findall(r"```cpp\n(.*?)```", (root / document).read_text(), re.S):
        quoted = any(textwrap.dedent(example) in block for example in re.split(r" *// \[example\]\n", (root / test).read_text())[1::2])
        if quoted and ours(block) and ours(block) != ours((root / test).read_text()):
            sys.exit(f"{document}: a C++ block includes {sorted(ours(block))}, and {test}, which is compiled, "
                     f"{sorted(ours((root / test).read_text()))}; make them equal")

versions = {
    "CMakeLists.txt": re.search(r"project\(vitals VERSION ([\d.]+)", (root / "CMakeLists.txt").read_text()).group(1),
    "include/vitals/version.hpp": ".".join(re.findall(r"VITALS_VERSION_\w+ (\d+)", (root / "include/vitals/version.hpp").read_text())),
    "docs/changelog.md": re.search(r"^## ([\d.]+)", (root / "docs/changelog.md").read_text(), re.M).group(1),
}
if len(set(versions.values())) != 1:
    sys.exit(f"the version differs: {versions}; make them equal")

for document in sorted((root / "docs").rglob("*.md")):
    index = next(index for folder in document.parents if (index := folder / "README.md").exists() and index != document)
    if f"]({document.relative_to(index.parent)})" not in index.read_text():
        sys.exit(f"{index.relative_to(root)}: has no link to {document.relative_to(index.parent)}; put it where it belongs")

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
    for link, anchor in re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", prose):
        target = document.parent / link if link else document
        if not link.startswith("http") and target.suffix == ".md" and target.exists() and anchor not in anchors(target.read_text()):
            missing.append(f"{name}: link to {link}#{anchor}, and there is no such heading")
if missing:
    sys.exit("\n".join(missing))
