"""Prints the sources that the newest commits touch, and for headers that they touch, one source that includes each."""
import pathlib
import re
import subprocess

COMMITS = 10


def git(*arguments):
    return subprocess.run(['git', *arguments], check=True, capture_output=True, text=True).stdout.splitlines()


# Files that were moved and not changed are as they were.
changed = git('log', '-n', str(COMMITS), '-M', '--diff-filter=AM', '--name-only', '--format=')
tracked = [f for f in git('ls-files', 'src/*.cpp', 'bench/*.cpp', 'examples/*.cpp', 'tests/*.cpp') if pathlib.Path(f).is_file()]
wanted = {f for f in changed if f in tracked}
for header in sorted({f for f in changed if f.endswith('.hpp') and pathlib.Path(f).is_file()}):
    name = re.sub(r'^(src|include|tests|bench|examples)/', '', header)
    own = header[:-4] + '.cpp'
    including = [own] if own in tracked else [
        f for f in tracked if re.search(r'#include ["<](.*/)?' + re.escape(name) + '[">]', pathlib.Path(f).read_text())]
    if including and not wanted.intersection(including):
        wanted.add(including[0])
print('\n'.join(sorted(wanted)))
