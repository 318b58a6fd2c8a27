"""Prints the sources that the newest commits touch, and for headers that they touch, one source that includes each."""
import pathlib
import re
import subprocess

COMMITS = 10
STRANGERS = ['tests/package', 'tests/guest/programs', 'examples/tutorial']  # built as other projects are


def git(*arguments):
    return subprocess.run(['git', *arguments], check=True, capture_output=True, text=True).stdout.splitlines()


changed = set()
for line in git('log', '-n', str(COMMITS), '--min-parents=1', '-M', '--diff-filter=AMR', '--name-status', '--format='):
    status, *names = line.split('\t') if line else ['']
    if status and status != 'R100':  # what was moved and not changed is as it was
        changed.add(names[-1])
tracked = [f for f in git('ls-files', 'src/*.cpp', 'bench/*.cpp', 'examples/*.cpp', 'tests/*.cpp',
                             *(':!' + folder for folder in STRANGERS)) if pathlib.Path(f).is_file()]
wanted = {f for f in changed if f in tracked}
for header in sorted({f for f in changed if f.endswith('.hpp') and pathlib.Path(f).is_file()}):
    name = re.sub(r'^(src|include|tests|bench|examples)/', '', header)
    own = header[:-4] + '.cpp'
    including = [own] if own in tracked else [
        f for f in tracked if re.search(r'#include ["<](.*/)?' + re.escape(name) + '[">]', pathlib.Path(f).read_text())]
    if including and not wanted.intersection(including):
        wanted.add(including[0])
for name in sorted(wanted):
    print(name)
