"""Holds the layout: a room includes itself and the rooms on lower floors, a component only those that it may, and no file
includes itself by way of others; and the adapters to HTTP frameworks to their size. Reads src and include."""
import pathlib
import re
import sys

# The floors of each component from the bottom up, with the rooms on them; '' is the component's folder itself.
FLOORS = {
    'core': [['system', 'text'], ['cells', 'formats'], ['series', 'lint', 'levels'], ['exemplars'], ['instruments'], ['registry'],
             ['collectors', 'status', 'testing']],
    'lint': [['line'], ['checks'], ['text', 'protobuf'], ['']],
    'http': [['history'], ['page', 'access'], ['endpoint', 'requests']],
    'postgres': [['sql'], ['']],
    'redis': [['pool'], ['cache']],
    'prometheus_cpp': [['']],
    'levels': [['']],
    'push': [['']],
    'yaml': [['']],
    'tool': [['text'], ['input', 'database', 'output'], ['check', 'levels', 'lint', 'rules'], ['dashboards', 'load', 'top'], ['']],
}
# What each may include besides itself.
COMPONENTS = {'core': [], 'lint': ['core'], 'http': ['core', 'yaml'], 'postgres': ['core'], 'redis': ['core'],
              'prometheus_cpp': ['core'], 'yaml': ['core'], 'levels': ['core', 'yaml'], 'push': ['core'],
              'tool': ['core', 'lint', 'levels', 'postgres', 'yaml']}
# The public headers at the root of include/vitals that are not core's.
ROOT_HEADERS = {'lint.hpp': 'lint', 'http.hpp': 'http', 'postgres.hpp': 'postgres', 'redis.hpp': 'redis',
                'prometheus_cpp.hpp': 'prometheus_cpp', 'levels.hpp': 'levels', 'push.hpp': 'push'}
ADAPTER = '#pragma once\n\n// '  # an adapter's header begins with a comment that says for which library it is
MAX_LINES_OF_ADAPTER = 100
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<(vitals/[^>]+)>)', re.MULTILINE)


def place(path):
    """The component and the room of a file, given relative to src; rooms within rooms count as the outer one."""
    parts = pathlib.PurePosixPath(path).parts
    return parts[0], parts[1] if len(parts) > 2 else ''


def floor(component, room):
    for number, rooms in enumerate(FLOORS[component]):
        if room in rooms:
            return number
    return None


def component_of_public(header):
    """Of a header given as vitals/…"""
    parts = pathlib.PurePosixPath(header).parts[1:]
    return parts[0] if parts[0] in FLOORS else ROOT_HEADERS.get(parts[0], 'core')


def included_by(path):
    """The headers that a file includes: those of src as "core/…", public ones as "vitals/…"."""
    return [own or public for own, public in INCLUDE.findall(path.read_text())]


def may_include(component, other):
    return other == component or other in COMPONENTS[component]


def faults_of_source(src, include, path):
    name = path.relative_to(src).as_posix()
    component, room = place(name)
    if component not in FLOORS or floor(component, room) is None:
        yield f'src/{name}: the room "{room}" of {component} has no floor; add it to tests/includes_test.py'
        return
    for included in included_by(path):
        is_public = included.startswith('vitals/')
        if not ((include if is_public else src) / included).is_file():
            yield f'src/{name}: includes "{included}", which is no file of ours; write the path from src or include'
            continue
        other, other_room = (component_of_public(included), None) if is_public else place(included)
        if not may_include(component, other):
            yield f'src/{name}: includes "{included}", but {component} may not include {other}'
        elif not is_public and other == component and other_room != room and (
                not floor(other, other_room) < floor(component, room)):
            yield (f'src/{name}: includes "{included}", but the room {other_room or component} is not below '
                   f'{room or component}; move what is shared to a lower room')


def circles(graph):
    """Each circle of includes once, by depth-first search."""
    state = {}

    def visit(node, way):
        state[node] = 'open'
        for other in graph.get(node, []):
            if state.get(other) == 'open':
                yield ' -> '.join([*way[way.index(other):], other])
            elif other not in state:
                yield from visit(other, [*way, other])
        state[node] = 'done'

    for node in graph:
        if node not in state:
            yield from visit(node, [node])


def faults(root):
    src, include = root / 'src', root / 'include'
    sources = sorted(p for p in src.rglob('*') if p.suffix in ('.hpp', '.cpp'))
    headers = sorted(include.rglob('*.hpp'))
    if not sources or not headers:
        yield f'{root}: no sources, or no headers'
    for path in sources:
        yield from faults_of_source(src, include, path)
    for path in headers:
        name = path.relative_to(include).as_posix()
        for included in included_by(path):
            if not (include / included).is_file():
                yield f'include/{name}: includes "{included}", which is no public header; users don\'t have it'
            elif not may_include(component_of_public(name), component_of_public(included)):
                yield (f'include/{name}: includes "{included}", but {component_of_public(name)} may not include '
                       f'{component_of_public(included)}')
    for path in sorted((include / 'vitals/http').rglob('*.hpp')):
        text = path.read_text()
        if text.startswith(ADAPTER) and text.count('\n') > MAX_LINES_OF_ADAPTER:
            yield f'include/{path.relative_to(include)}: an adapter of {text.count(chr(10))} lines; move what is no adapter out'
    graph = {p.relative_to(src).as_posix(): included_by(p) for p in sources}
    graph |= {p.relative_to(include).as_posix(): included_by(p) for p in headers}
    for circle in circles(graph):
        yield f'a circle of includes: {circle}'


if __name__ == '__main__':
    found = list(faults(pathlib.Path(sys.argv[1])))
    print('\n'.join(found))
    sys.exit(bool(found))
