#!/usr/bin/env python3
"""Small programs in the conditions that vitals may meet as a guest: each is built, linked and run, as its row expects.

guest_test.py --list                            the names of the rows
guest_test.py --build DIR --compiler C++ NAME…  these rows; without a name all of them, as a table
"""
import argparse
import dataclasses
import functools
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
    flags: str = '-O2'
    run: str = ''  # what stands before the program's name; {folder} is a new one
    arguments: str = ''
    before: str = ''  # a command that comes first
    http: bool = False
    plugin: str = ''  # built of this source; the program gets its path
    vitals: str = 'static'  # or 'shared', of program and plug-in; 'exported' by the program (-rdynamic); 'twice', in each of them
    expected: str = WORKS  # or a regular expression for what linker, dlopen or program says
    compilers: str = 'g++ clang++'


def refused_by_name(switch):
    return rf'undefined [^\n]*needs::vitals_built_with_{switch}|undefined symbol: [^\n]*vitals_built_with_({switch}|these_sizes)'


# A plug-in that has std::to_chars inline may otherwise stay loaded for good.
UNLOADABLE = {'g++': '-fno-gnu-unique'}
MASKED = f'{HERE}/masked_cpus.sh'

ROWS = [
    # Flags of the program, with a vitals that was built without them.
    Row('optimised', 'record'),
    Row('unoptimised', 'record', '-O0 -g'),
    Row('small', 'record', '-Os -ffunction-sections -fdata-sections -Wl,--gc-sections'),
    Row('aggressive', 'record', '-O3 -ffast-math -funroll-loops -march=native'),
    Row('masm_intel', 'record', '-O2 -masm=intel'),
    Row('without_exceptions', 'record', '-O2 -fno-exceptions'),
    Row('without_rtti', 'record', '-O2 -fno-rtti'),
    Row('hidden', 'record', '-O2 -fvisibility=hidden -fvisibility-inlines-hidden'),
    Row('gnu20', 'record', '-O2 -std=gnu++20 -funsigned-char -fno-strict-aliasing -fwrapv'),
    Row('cxx23', 'record', '-O2 -std=c++2b'),
    Row('lto', 'record', '-O2 -flto'),
    Row('static', 'record', '-O2 -static'),
    Row('not_pie', 'record', '-O2 -fno-pie -no-pie'),
    Row('hardened', 'record', '-O2 -D_FORTIFY_SOURCE=2 -fstack-protector-all -D_GLIBCXX_ASSERTIONS -Wl,-z,now'),
    Row('warnings', 'record', '-O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast '
        '-Wundef -Wnon-virtual-dtor -Werror'),
    # Switches that change types of the standard library: they don't link, and say why.
    Row('debug_library', 'record', '-D_GLIBCXX_DEBUG', expected=refused_by_name('GLIBCXX_DEBUG')),
    Row('debug_library_sections', 'record', '-D_GLIBCXX_DEBUG -ffunction-sections -fdata-sections -Wl,--gc-sections',
        expected=refused_by_name('GLIBCXX_DEBUG')),
    Row('old_strings', 'record', '-D_GLIBCXX_USE_CXX11_ABI=0', expected=refused_by_name('GLIBCXX_USE_CXX11_ABI_0')),
    Row('libcxx', 'record', '-stdlib=libc++', expected=refused_by_name('libcxx'), compilers='clang++'),
    *(Row(f'debug_library_{name}', 'declare', f'-D_GLIBCXX_DEBUG -DHEADER=<vitals/{name}.hpp>',
          expected=refused_by_name('GLIBCXX_DEBUG'), compilers='g++')
      for name in ('lint', 'http', 'postgres', 'redis', 'prometheus_cpp', 'push')),
    # What the program does, or is in.
    Row('without_rseq', 'record', run='env GLIBC_TUNABLES=glibc.pthread.rseq=0'),
    Row('jemalloc', 'record', run='env LD_PRELOAD=libjemalloc.so.2'),
    Row('tcmalloc', 'record', run='env LD_PRELOAD=libtcmalloc.so.4'),
    Row('last_cpu', 'record', run='taskset -c $(($(nproc --all) - 1))'),
    Row('few_descriptors', 'record', run='prlimit --nofile=8'),
    Row('little_address_space', 'record', run='prlimit --as=600000000'),
    Row('masked_cpus', 'masked_cpus', run=MASKED, arguments='{folder}/masked_preload.so',
        before='g++ -shared -fPIC {programs}/masked_preload.cpp -o {folder}/masked_preload.so'),
    Row('sandbox_before', 'seccomp', arguments='before'),
    Row('sandbox_after', 'seccomp', arguments='after'),
    Row('locked_memory', 'locked_memory'),
    Row('little_locked_memory', 'locked_memory', run='prlimit --memlock=300000', arguments='little'),
    Row('fork', 'fork'),
    Row('vfork', 'vfork'),
    Row('setuid', 'setuid'),
    Row('user_namespace', 'namespaces'),
    Row('signal_handler', 'signals'),
    Row('locale', 'locale', run='env LOCPATH={folder} LC_ALL=de_DE.UTF-8',
        before='localedef -i de_DE -f UTF-8 {folder}/de_DE.UTF-8'),
    Row('at_exit', 'at_exit'),
    Row('small_stack', 'small_stack'),
    # A plug-in declares metrics of every type in the registry of its host, and is unloaded.
    Row('plugin_shared', 'plugin_host', plugin='plugin', vitals='shared'),
    Row('plugin_exported', 'plugin_host', plugin='plugin', vitals='exported'),
    Row('plugin_debug_shared', 'plugin_host', plugin='plugin_with_other_containers', vitals='shared',
        expected=refused_by_name('GLIBCXX_DEBUG')),
    Row('plugin_debug_exported', 'plugin_host', plugin='plugin_with_other_containers', vitals='exported',
        expected=refused_by_name('GLIBCXX_DEBUG')),
    # One default registry, or two that say so.
    Row('default_registry_shared', 'default_registry_host', plugin='default_registry', vitals='shared'),
    Row('default_registry_exported', 'default_registry_host', plugin='default_registry', vitals='exported'),
    Row('default_registry_twice', 'default_registry_host', plugin='default_registry', vitals='twice',
        expected=r'default_registry\(\) is there twice'),
    # The endpoint.
    Row('serve', 'serve', http=True),
    Row('serve_without_rtti', 'serve', '-O2 -fno-rtti -fno-exceptions', http=True),
    Row('serve_masm_intel', 'serve', '-O2 -masm=intel', http=True),
    Row('serve_cxx23', 'serve', '-O2 -std=c++2b', http=True),
    Row('serve_lto', 'serve', '-O2 -flto', http=True),
    Row('serve_jemalloc', 'serve', http=True, run='env LD_PRELOAD=libjemalloc.so.2'),
    Row('serve_without_rseq', 'serve', http=True, run='env GLIBC_TUNABLES=glibc.pthread.rseq=0'),
]


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else ''


class Bench:
    """Builds and runs rows with one compiler, against the libraries of a build folder."""

    def __init__(self, build, compiler, kind):
        self.compiler = compiler
        self.kind = kind
        self.library = {name: f'{build}/src/{name}/libvitals_{name}.a' for name in ('core', 'http', 'yaml')}

    def compile(self, row, source, to, options, link):
        """To an object first, as rows that differ in what comes after that have the same one, which ccache knows."""
        standard = [] if '-std=' in row.flags else ['-std=c++20']
        flags = [*standard, *row.flags.split(), '-pthread', *options]
        cache = ['ccache'] if shutil.which('ccache') else []
        yield [*cache, self.compiler, *flags, f'-I{ROOT}/include', '-c', f'{HERE}/programs/{source}.cpp', '-o', f'{to}.o']
        yield [self.compiler, *flags, f'{to}.o', '-o', to, *link]

    def builds(self, row, folder):
        """The commands that build it."""
        libraries = [self.library['core']]
        if row.http:
            libraries = [self.library['http'], self.library['yaml'], self.library['core'],
                         '-lyaml-cpp', '-lisal', '-lzstd', '-lssl', '-lcrypto', '-lcrypt']
        whole = ['-Wl,--whole-archive', *libraries, '-Wl,--no-whole-archive']
        shared = [f'{folder}/libvitals.so', f'-Wl,-rpath,{folder}']
        if row.vitals == 'shared':
            yield [self.compiler, '-shared', '-pthread', '-o', shared[0], *whole]
        if row.plugin:
            options = {'shared': shared, 'twice': libraries}.get(row.vitals, [])
            yield from self.compile(row, row.plugin, f'{folder}/plugin.so', ['-fPIC', *UNLOADABLE.get(self.kind, '').split()],
                                    ['-shared', *options])
        link = {'shared': shared, 'exported': ['-rdynamic', *whole]}.get(row.vitals, libraries)
        yield from self.compile(row, row.program, f'{folder}/{row.program}', [], link)

    def seen(self, row):
        """'works', or what went wrong."""
        with tempfile.TemporaryDirectory(prefix='vitals-guest.') as folder:
            place = functools.partial(str.format, folder=folder, programs=f'{HERE}/programs')
            if row.before:
                made = self.shell(place(row.before))
                if made.returncode != 0:
                    return f'"{row.before}" fails: {made.stderr}'
            for command in self.builds(row, folder):
                built = subprocess.run(command, capture_output=True, text=True, errors='replace')
                if built.returncode != 0:
                    return built.stderr
            arguments = place(row.arguments) if not row.plugin else f'{folder}/plugin.so'
            run = self.shell(f'exec {place(row.run)} {folder}/{row.program} {arguments}')
            if run.returncode == 0 and last_line(run.stdout) == WORKS:
                return WORKS
            return f'ends with {run.returncode}: {run.stdout[-2000:]}{run.stderr[-4000:]}'

    @staticmethod
    def shell(command):
        return subprocess.run(['sh', '-c', command], capture_output=True, text=True, errors='replace', timeout=500)

    def judge(self, row):
        """Whether it is as expected, and what was seen, in a line."""
        seen = self.seen(row)
        if row.expected == WORKS:
            return seen == WORKS, seen
        found = re.search(row.expected, seen)
        return found is not None, f'told: {found.group(0)}' if found else seen


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
    bench = Bench(arguments.build, arguments.compiler, kind)
    failed = 0
    for row in rows:
        if arguments.names and row.name not in arguments.names:
            continue
        good, seen = bench.judge(row)
        failed += not good
        what = ' '.join(part for part in (row.flags, row.run.replace(f'{HERE}/', ''), row.arguments, row.plugin) if part)
        expected = WORKS if row.expected == WORKS else 'told'
        if not good:
            print(seen, file=sys.stderr)
        print(f'| {row.program} | `{what}` | {expected} | {seen if good else "FAILED"} |', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
