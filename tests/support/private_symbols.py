"""Fails if a library of ours has a global symbol that is not ours:  private_symbols.py LIBRARY…

What is compiled into a library from the headers of others (Boost, protozero, xxHash) must be under names of our own, since
the linker keeps one of each weak symbol for the whole program, which may have another version of them. The standard
library's are shared by right, and so are those of the libraries that a component of ours has in its interface."""
import pathlib
import re
import subprocess
import sys

# Namespaces of our own. vitals_net is Boost (src/http/endpoint/private_boost.hpp), vitals_pbf
# protozero (src/core/formats/private_protozero.hpp).
OURS = r'vitals|vitals_net|vitals_net_\w+|vitals_pbf'
STANDARD = r'std|__gnu_cxx|__cxxabiv1'
INTERFACE_OF = {'vitals_postgres': '|pqxx', 'vitals_prometheus_cpp': '|prometheus'}
# Of the compiler and the linker, and the one function of ours in C's namespace: Asio's, which begins a thread.
WITHOUT_NAMESPACE = re.compile(
    r'_init|_fini|__bss_start|_edata|_end|__clang_call_terminate|__gxx_personality_v0|operator (new|delete).*|'
    r'vitals_net_posix_thread_function')
# What tells catch and dynamic_cast a class of yaml-cpp: the same in every version of it. And the base of those that read its
# events, all of whose members its readers override; unoptimised builds leave it in.
TYPES_OF = {'vitals_yaml': re.compile(r'typeinfo (name )?for YAML::(EventHandler|Exception)|'
                                        r'vtable for YAML::EventHandler|YAML::EventHandler::(On\w+|~?EventHandler)\(.*')}
PRIVATE = re.compile(r'boost|protozero|XXH', re.IGNORECASE)
# An identifier that nothing stands before, as a namespace or a class must have it.
FIRST = re.compile(r'(?<![\w:>)}\]])(?!const\b)[A-Za-z_]\w*')


def symbols_of(library):
    """The mangled names of what it defines for others."""
    dynamic = ['--dynamic'] if '.so' in pathlib.Path(library).name else []
    listed = subprocess.run(['nm', '--extern-only', '--defined-only', *dynamic, library], check=True,
                            capture_output=True, text=True).stdout
    found = {fields[2] for fields in map(str.split, listed.splitlines()) if len(fields) == 3}
    return sorted(name.removeprefix('__odr_asan.').removeprefix('DW.ref.') for name in found)


def demangled(names):
    return subprocess.run(['c++filt'], check=True, capture_output=True, text=True,
                          input='\n'.join(names)).stdout.splitlines()


def after_arguments(name, at):
    """Where the template arguments end that begin there, if any do."""
    depth = 0
    for i in range(at, len(name)):
        depth += (name[i] == '<') - (name[i] == '>' and name[i - 1] != '-')
        if depth == 0:
            return i + 1 if name[i] == '>' else at
    return at


def roots_of(name):
    """The namespaces and classes at the beginning of each name in it; not of a pointer to a member, `msghdr::*`."""
    for first in FIRST.finditer(name):
        rest = name[after_arguments(name, first.end()):]
        if rest.startswith('::') and not rest.startswith('::*'):
            yield first[0]


def fault(library, mangled, name):
    if PRIVATE.search(mangled) or PRIVATE.search(name):
        return 'is of a library that we keep to ourselves'
    component = re.match(r'lib(\w+)\.', pathlib.Path(library).name)[1]
    if component in TYPES_OF and TYPES_OF[component].fullmatch(name):
        return None
    roots = set(roots_of(name))
    if any(re.fullmatch(OURS, root) for root in roots):
        return None  # nobody else can have this name
    shared = STANDARD + INTERFACE_OF.get(component, '')
    strangers = sorted(root for root in roots if not re.fullmatch(shared, root))
    if strangers:
        return f'is of {", ".join(strangers)}'
    if not roots and not WITHOUT_NAMESPACE.fullmatch(name):
        return 'is in no namespace'
    return None


def main(libraries):
    wrong = 0
    for library in libraries:
        names = symbols_of(library)
        if not names:
            print(f'{library}: no symbols')
            wrong += 1
        for mangled, name in zip(names, demangled(names), strict=True):
            if why := fault(library, mangled, name):
                print(f'{pathlib.Path(library).name}: {name} {why}')
                wrong += 1
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
