"""The parts of docs/tutorial.md, for the tests that hold it to examples/tutorial. Python's standard library only."""
import re
from pathlib import Path

# The languages whose blocks are regions of files, and these files.
FILES = {"cpp": ["main.cpp"], "cmake": ["CMakeLists.txt"], "sql": ["schema.sql"], "promql": ["queries.promql"],
         "yaml": ["prometheus.yml", "alerts.yml", "targets.yml"]}


class Tutorial:
    def __init__(self, root):
        self.folder = Path(root) / "examples/tutorial"
        self.text = (Path(root) / "docs/tutorial.md").read_text()
        self.files = {name: (self.folder / name).read_text() for names in FILES.values() for name in names}

    def sections(self):
        return re.split(r"^## .*\n", self.text, flags=re.M)

    @staticmethod
    def blocks(text):
        """[(language, content)], in their order."""
        return re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.M | re.S)

    def places(self, language, content):
        """[(file, first line, line after the last)]: where whole lines of a file are this block."""
        found = []
        for name in FILES[language]:
            lines, wanted = self.files[name].splitlines(), content.splitlines()
            found += [(name, at, at + len(wanted)) for at in range(len(lines) - len(wanted) + 1)
                      if lines[at:at + len(wanted)] == wanted]
        return found

    def mistakes(self):
        """What of the document isn't in the files, and what of the files isn't in the document."""
        told = []
        left = {name: {at for at, line in enumerate(text.splitlines()) if line} for name, text in self.files.items()}
        for language, content in self.blocks(self.text):
            if language not in FILES:
                continue
            places = self.places(language, content)
            if len(places) != 1:
                told.append(f"docs/tutorial.md: the {language} block that begins with \"{content.splitlines()[0]}\" is in "
                            f"{len(places)} places of examples/tutorial ({', '.join(FILES[language])}); it must be in one")
            for name, begin, end in places:
                left[name] -= set(range(begin, end))
        for name, lines in left.items():
            if lines:
                told.append(f"examples/tutorial/{name}: line {min(lines) + 1} is not in docs/tutorial.md; quote it, or leave it out")
        return told

    def steps(self):
        """What main.cpp is after each section that adds to it: the lines that were shown so far, in the file's order."""
        shown, steps = set(), []
        for section in self.sections():
            blocks = [content for language, content in self.blocks(section) if language == "cpp"]
            for content in blocks:
                for _, begin, end in self.places("cpp", content):
                    shown |= set(range(begin, end))
            if blocks:
                lines = self.files["main.cpp"].splitlines()
                steps.append("".join(lines[at] + "\n" for at in sorted(shown)))
        return steps

    def queries(self):
        text = "\n".join(content for language, content in self.blocks(self.text) if language == "promql")
        return [part for part in re.split(r"\n\s*\n", text) if part.strip()]
