#!/usr/bin/env python3
"""Small programs in the conditions that vitals may meet as a guest: each is built, linked and run, as its row expects.

guest_test.py --list                            the names of the rows
guest_test.py --build DIR --compiler C++ NAME…  these rows; without a name all of them, as a table
"""
import argparse
import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
WORKS = 'works'


@dataclasses.dataclass
class Row:
    name: str
    program: str
    flags: str = ''
    run: str = ''  # what stands before the program's name; {folder} is a new one
    arguments: str = ''
    http: bool = False
    expected: str = WORKS  # or a regular expression that the linker's message matches: it does not link
    compilers: str = 'g++ clang++'
    before: str = ''  # a command that comes first


def refused_by_name(switch):
    return rf'undefined reference to .*{switch}'


ROWS = [
    # Flags of the program, with a vitals that was built without them.
    Row('optimised', 'record', '-O2'),
    Row('unoptimised', 'record', '-O0 -g'),
    Row('small', 'record', '-Os'),
    Row('aggressive', 'record', '-O3 -ffast-math -funroll-loops'),
    Row('masm_intel', 'record', '-O2 -masm=intel'),
    Row('without_exceptions', 'record', '-O2 -fno-exceptions'),
    Row('without_rtti', 'record', '-O2 -fno-rtti'),
    Row('hidden', 'record', '-O2 -fvisibility=hidden -fvisibility-inlines-hidden'),
    Row('gnu20', 'record', '-O2 -std=gnu++20'),
    Row('cxx23', 'record', '-O2 -std=c++23'),
    Row('lto', 'record', '-O2 -flto'),
    Row('static', 'record', '-O2 -static'),
    Row('not_pie', 'record', '-O2 -fno-pie -no-pie'),
    Row('unsigned_char', 'record', '-O2 -funsigned-char -fno-strict-aliasing -fwrapv'),
    Row('hardened', 'record', '-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-all -D_GLIBCXX_ASSERTIONS -Wl,-z,now'),
    Row('native', 'record', '-O3 -march=native'),
    Row('warnings', 'record', '-O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast '
        '-Wundef -Wnon-virtual-dtor -Werror'),
    Row('debug_library', 'record', '-O2 -D_GLIBCXX_DEBUG', expected=refused_by_name('GLIBCXX_DEBUG')),
    Row('old_strings', 'record', '-O2 -D_GLIBCXX_USE_CXX11_ABI=0', expected=refused_by_name('CXX11_ABI')),
    Row('libcxx', 'record', '-O2 -stdlib=libc++', expected=refused_by_name('LIBCPP|libc..|__1'), compilers='clang++'),
    # What the program does, or is in.
    Row('without_rseq', 'record', '-O2', run='env GLIBC_TUNABLES=glibc.pthread.rseq=0'),
    Row('jemalloc', 'record', '-O2', run='env LD_PRELOAD=libjemalloc.so.2'),
    Row('tcmalloc', 'record', '-O2', run='env LD_PRELOAD=libtcmalloc.so.4'),
    Row('one_cpu', 'record', '-O2', run='taskset -c 0'),
    Row('last_cpu', 'record', '-O2', run='sh -c \'exec taskset -c $(($(nproc --all) - 1)) "$0" "$@"\''),
    Row('few_descriptors', 'record', '-O2', run='sh -c \'ulimit -n 8; exec "$0" "$@"\''),
    Row('little_address_space', 'record', '-O2', run='sh -c \'ulimit -v 600000; exec "$0" "$@"\''),
    Row('sandbox_before', 'seccomp', '-O2', arguments='before'),
    Row('sandbox_after', 'seccomp', '-O2', arguments='after'),
    Row('locked_memory', 'locked', '-O2'),
    Row('fork', 'fork', '-O2'),
    Row('vfork', 'vfork', '-O2'),
    Row('setuid', 'setuid', '-O2'),
    Row('user_namespace', 'namespaces', '-O2'),
    Row('signal_handler', 'signals', '-O2'),
    Row('locale', 'locale', '-O2', run='env LOCPATH={folder} LC_ALL=de_DE.UTF-8',
        before='localedef -i de_DE -f UTF-8 {folder}/de_DE.UTF-8'),
    Row('at_exit', 'at_exit', '-O2'),
    Row('small_stack', 'small_stack', '-O2'),
    # The endpoint.
    Row('serve', 'serve', '-O2', http=True),
    Row('serve_static_pie', 'serve', '-O2 -fPIE', http=True),
    Row('serve_without_rtti', 'serve', '-O2 -fno-rtti -fno-exceptions', http=True),
    Row('serve_masm_intel', 'serve', '-O2 -masm=intel', http=True),
    Row('serve_cxx23', 'serve', '-O2 -std=c++23', http=True),
    Row('serve_lto', 'serve', '-O2 -flto', http=True),
    Row('serve_debug_library', 'serve', '-O2 -D_GLIBCXX_DEBUG', http=True, expected=refused_by_name('GLIBCXX_DEBUG')),
    Row('serve_jemalloc', 'serve', '-O2', http=True, run='env LD_PRELOAD=libjemalloc.so.2'),
    Row('serve_without_rseq', 'serve', '-O2', http=True, run='env GLIBC_TUNABLES=glibc.pthread.rseq=0'),
]


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else ''


class Bench:
    """Builds and runs rows with one compiler, against the libraries of a build folder."""

    def __init__(self, build, compiler):
        self.compiler = compiler
        self.libraries = [str(build / 'src' / name / f'libvitals_{name}.a') for name in ('http', 'core')]

    def command(self, row, program):
        libraries = [*self.libraries, '-ldeflate'] if row.http else self.libraries[1:]
        standard = [] if '-std=' in row.flags else ['-std=c++20']
        return [self.compiler, *standard, *row.flags.split(), f'-I{ROOT}/include', '-pthread',
                f'{HERE}/programs/{row.program}.cpp', '-o', program, *libraries]

    def seen(self, row):
        """'works', or what went wrong."""
        with tempfile.TemporaryDirectory(prefix='vitals-guest.') as folder:
            program = f'{folder}/{row.program}'
            if row.before:
                made = self.shell(row.before.format(folder=folder))
                if made.returncode != 0:
                    return f'"{row.before}" fails: {last_line(made.stderr)}'
            built = subprocess.run(self.command(row, program), capture_output=True, text=True, errors='replace')
            if built.returncode != 0:
                return built.stderr
            run = self.shell(f'exec {row.run} {program} {row.arguments}'.format(folder=folder))
            if run.returncode == 0 and last_line(run.stdout) == WORKS:
                return WORKS
            return f'ends with {run.returncode}: {run.stdout[-2000:]}{run.stderr[-4000:]}'

    @staticmethod
    def shell(command):
        return subprocess.run(['sh', '-c', command], capture_output=True, text=True, errors='replace', timeout=100)

    def judge(self, row):
        """Whether it is as expected, and what was seen, in a line."""
        seen = self.seen(row)
        if row.expected == WORKS:
            return seen == WORKS, seen
        found = re.search(row.expected, seen)
        return found is not None, f'does not link: {found.group(0)}' if found else seen


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--build', type=pathlib.Path)
    parser.add_argument('--compiler', default='g++')
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args()
    name = pathlib.Path(arguments.compiler).name
    kind = 'clang++' if 'clang' in name else 'g++'
    rows = [row for row in ROWS if kind in row.compilers.split()]
    if arguments.list:
        print(';'.join(row.name for row in rows), end='')
        return 0
    if unknown := set(arguments.names) - {row.name for row in rows}:
        sys.exit(f'no such row: {", ".join(sorted(unknown))}')
    if not shutil.which(arguments.compiler):
        sys.exit(f'no such compiler: {arguments.compiler}')
    bench = Bench(arguments.build, arguments.compiler)
    failed = 0
    for row in rows:
        if arguments.names and row.name not in arguments.names:
            continue
        good, seen = bench.judge(row)
        failed += not good
        what = ' '.join(part for part in (row.flags, row.run, row.arguments) if part)
        expected = WORKS if row.expected == WORKS else 'does not link, and says why'
        if not good:
            print(seen, file=sys.stderr)
        print(f'| {row.program} | `{what}` | {expected} | {seen if good else "FAILED"} |', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
