"""Holds the layout of src: a room includes itself and the rooms on lower floors, a component only those that it may."""
import pathlib
import re
import sys

# The floors of each component from the bottom up, with the rooms on them; '' is the component's folder itself.
FLOORS = {
    'core': [['system', 'text'], ['cells', 'formats'], ['series', 'lint'], ['exemplars'], ['instruments'], ['registry'],
             ['collectors', 'testing']],
    'lint': [['line'], ['checks'], ['text', 'protobuf'], ['']],
    'http': [['endpoint', 'requests']],
    'postgres': [['sql'], ['']],
    'redis': [['pool'], ['cache']],
    'prometheus_cpp': [['']],
    'tool': [['text'], ['input'], ['check', 'lint'], ['']],
}
# What each may include besides itself.
COMPONENTS = {'core': [], 'lint': ['core'], 'http': ['core'], 'postgres': ['core'], 'redis': ['core'],
              'prometheus_cpp': ['core'], 'tool': ['core', 'lint']}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def place(path):
    """The component and the room of a file, given relative to src; rooms within rooms count as the outer one."""
    parts = pathlib.PurePosixPath(path).parts
    return parts[0], parts[1] if len(parts) > 2 else ''


def floor(component, room):
    for number, rooms in enumerate(FLOORS[component]):
        if room in rooms:
            return number
    return None


def faults(src):
    files = sorted(p for p in src.rglob('*') if p.suffix in ('.hpp', '.cpp'))
    if not files:
        yield f'{src}: no sources'
    for path in files:
        name = path.relative_to(src).as_posix()
        component, room = place(name)
        if component not in FLOORS or floor(component, room) is None:
            yield f'src/{name}: the room "{room}" of {component} has no floor; add it to tests/includes_test.py'
            continue
        for included in INCLUDE.findall(path.read_text()):
            if not (src / included).is_file():
                yield f'src/{name}: includes "{included}", which is no file in src; write the path from src'
                continue
            other, other_room = place(included)
            if other != component:
                if other not in COMPONENTS[component]:
                    yield f'src/{name}: includes "{included}", but {component} may not include {other}'
            elif other_room != room and not (floor(other, other_room) or 0) < floor(component, room):
                yield (f'src/{name}: includes "{included}", but the room {other_room or component} is not below '
                       f'{room or component}; move what is shared to a lower room')


if __name__ == '__main__':
    found = list(faults(pathlib.Path(sys.argv[1])))
    print('\n'.join(found))
    sys.exit(bool(found))
