"""Builds a program as somebody else's build does, with a compiler and flags of theirs, and runs it. tests/guest/CMakeLists.txt
has the options. Exits with what the first step that fails, or the program, exits with."""
import argparse
import pathlib
import subprocess
import sys


def run(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, end='', flush=True)
    if done.returncode != 0:
        print(f'{command[0]} exited with {done.returncode}')
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--folder', type=pathlib.Path, required=True)
    parser.add_argument('--include', required=True)
    parser.add_argument('--library', action='append', default=[])
    parser.add_argument('--plugin', type=pathlib.Path)
    parser.add_argument('--plugin-flag', action='append', default=[])
    parser.add_argument('--linked', choices=['static', 'shared', 'exported'], default='static')
    parser.add_argument('source')
    parser.add_argument('compiler', nargs='+')
    options = parser.parse_args()

    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    compiler = [*options.compiler, '-std=c++20', '-I', options.include]
    link = [*options.library, '-pthread']
    plugin_link = []
    whole = ['-Wl,--whole-archive', *options.library, '-Wl,--no-whole-archive', '-pthread']
    if options.linked == 'shared':
        library = folder / 'libguest_vitals.so'
        run(options.compiler[0], '-shared', '-o', library, *whole)
        link = plugin_link = [library, f'-Wl,-rpath,{folder}']
    elif options.linked == 'exported':
        link = ['-rdynamic', *whole]
    arguments = []
    if options.plugin:
        plugin = folder / 'plugin.so'
        run(*compiler, *options.plugin_flag, '-fPIC', '-shared', options.plugin, '-o', plugin, *plugin_link)
        arguments = [plugin]
    program = folder / 'program'
    run(*compiler, options.source, '-o', program, *link, '-ldl')
    run(program, *arguments)


main()
