"""Made-up answers of a service to the live page: what `data` and `metric` say in several cases."""
import math

NOW = 1_700_000_000.0
SLOTS = 60
HOSTILE = '<img src=x onerror="document.title=1">"&\u202egnp.exe\x07'
RESTARTED = NOW - 120


def wave(least, most, phase=0.0, turn=0):
    """A series of one value a slot, that moves a little from answer to answer."""
    return [least + (most - least) * (0.5 + 0.5 * math.sin(phase + (slot + turn) / 5)) for slot in range(SLOTS)]


def slots(turn=0, gaps=()):
    return [{'end': NOW + 5 * (turn - SLOTS + 1 + slot), 'seconds': 5, 'gap': slot in gaps} for slot in range(SLOTS)]


def tile(name, label, unit, value, values, target=None, critical=None, better='lower', verdict='none', count=None):
    return {'name': name, 'label': label, 'unit': unit, 'value': value, 'target': target, 'critical': critical, 'better': better,
            'verdict': verdict, 'count': count, 'values': values}


def process_tiles(turn=0):
    return [
        tile('memory', 'Memory', 'B', 312 * 2**20, wave(290 * 2**20, 312 * 2**20, 1, turn), target=512 * 2**20, verdict='ok'),
        tile('cpu', 'CPU', 'cores', 0.734, wave(0.3, 0.9, 2, turn)),
    ]


def tiles(turn=0):
    return [
        tile('p50', 'p50', 's', 0.0123, wave(0.008, 0.014, 0, turn), target=0.05, verdict='ok', count=12345),
        tile('p95', 'p95', 's', 0.1873, wave(0.08, 0.19, 1, turn), target=0.15, critical=0.3, verdict='warning', count=12345),
        tile('p99', 'p99', 's', 0.412, wave(0.2, 0.45, 2, turn), target=0.5, verdict='ok', count=12345),
        tile('requests', 'Requests', '1/s', 184.26, wave(120, 190, 3, turn), target=100, better='higher', verdict='ok', count=12345),
        tile('active', 'Active', '', 23, wave(4, 30, 4, turn)),
        tile('errors', 'Error rate', 'ratio', 0.0214, wave(0, 0.03, 5, turn), target=0.001, critical=0.01, verdict='critical', count=12345),
        tile('availability', 'Availability', 'ratio', 0.99951, wave(0.99, 1, 5, turn), target=0.999, better='higher', verdict='ok', count=12345),
        tile('cache_hits', 'Cache hits', 'ratio', 0.873, wave(0.8, 0.9, 6, turn), target=0.8, better='higher', verdict='ok', count=8100),
        tile('pool', 'Pool', 'ratio', 0.1875, wave(0.1, 0.5, 7, turn), target=0.9, verdict='ok'),
        *process_tiles(turn),
    ]


def route(method, endpoint, kind, p95, budget, at=0, beyond=False, errors=2):
    count = 123 + 10 * at
    return {'method': method, 'endpoint': endpoint, 'class': kind, 'count': count, 'rate': count / 10, 'p50': p95 / 5, 'p95': p95,
            'p99': 10.0 if beyond else 2 * p95, 'beyond': beyond, 'errors': errors, 'error_ratio': errors / count, 'budget': budget,
            'used': None if budget is None else p95 / budget, 'values': wave(p95 / 2, p95, at)}


def routes():
    return [
        route('GET', '/api/v1/clients/{id}', 'critical', 0.05, 0.15, 1),
        route('POST', '/api/v1/appointments', 'critical', 0.187, 0.15, 2, errors=9),
        route('GET', '/api/v1/schedule', 'important', 0.09, 0.3, 3, errors=0),
        route('GET', '/reports/{year}', None, 1.9, None, 4, beyond=True),
        route('POST', '/api/v1/auth/login', 'auth', 0.099, 0.1, 5),
        route('GET', '/health', None, 0.0007, None, 6, errors=0),
    ]


def statement(kind, table, p95, budget, at):
    return {'query_type': kind, 'table': table, 'count': 900 + at, 'rate': 90.1, 'p50': p95 / 4, 'p95': p95, 'p99': 2 * p95, 'beyond': False,
            'budget': budget, 'used': p95 / budget, 'values': wave(p95 / 2, p95, at)}


def window(seconds, burn, full=True):
    return {'window_seconds': seconds, 'covered_seconds': seconds if full else 413.4, 'full': full, 'events': 12221, 'bad_events': 331,
            'burn_rate': burn}


def objective(name, share, compliance, remaining, exhausted, firing=False, note=None):
    said = {'name': name, 'objective': share, 'events': 12345, 'bad_events': 157, 'compliance': compliance,
            'error_budget': {**window(2592000, 0.54, full=False), 'remaining': remaining, 'exhausted_in_seconds': exhausted,
                             'pace_window_seconds': 3600},
            'burn_rates': [window(seconds, 0.54 + at) for at, seconds in enumerate((300, 1800, 3600, 7200, 21600, 86400, 259200))],
            'alerts': [{'severity': 'page', 'burn_rate': 14.4, 'long_window_seconds': 3600, 'short_window_seconds': 300, 'can_fire': True,
                        'firing': firing},
                       {'severity': 'ticket', 'burn_rate': 1, 'long_window_seconds': 259200, 'short_window_seconds': 21600, 'can_fire': True,
                        'firing': False}]}
    if note:
        said.update(note=note, events=None, bad_events=None, compliance=None)
    return said


def levels():
    return {'window_seconds': 2592000, 'sample_interval_seconds': 60, 'objectives': [
        objective('latency-p95', 0.95, 0.98734, 0.458, 183600),
        objective('error-rate', 0.999, 0.9786, -0.2, 0, firing=True),
        objective('availability', 0.999, 0.99951, 0.51, None),
        objective('latency-important-p95', 0.95, None, None, None, note='Give HttpMetrics the same levels.'),
    ]}


def metrics():
    return [
        {'name': 'http_request_duration_seconds', 'type': 'histogram', 'help': 'Duration of requests.', 'unit': 'seconds', 'series': 6},
        {'name': 'http_requests_total', 'type': 'counter', 'help': 'Requests.', 'unit': '', 'series': 9},
        {'name': 'jobs_total', 'type': 'counter', 'help': 'Jobs that were done.', 'unit': '', 'series': 3},
        {'name': 'process_resident_memory_bytes', 'type': 'gauge', 'help': 'Resident memory.', 'unit': 'bytes', 'series': 1},
    ]


def request(method, endpoint, age, trace_id, **more):
    return {'method': method, 'endpoint': endpoint, 'time': NOW - age, 'trace_id': trace_id, **more}


def full(turn=0):
    return {
        'version': '0.1.0', 'now': NOW + 5 * turn, 'started': NOW - 9990, 'history_since': NOW - 9988, 'range_seconds': 300, 'covered_seconds': 300,
        'interval_seconds': 2, 'slots': slots(turn), 'left_out': 0, 'tiles': tiles(turn), 'routes': routes(),
        'statements': [statement('SELECT', 'clients', 0.004, 0.01, 1), statement('INSERT', 'appointments', 0.012, 0.01, 2)],
        'caches': [{'cache_type': 'redis', 'hits': 7071, 'misses': 1029, 'ratio': 0.873, 'values': wave(0.8, 0.9)}],
        'pools': [{'kind': 'postgres', 'pool': 'main', 'in_use': 3, 'size': 16, 'values': wave(1, 8)},
                  {'kind': 'redis', 'pool': 'sessions', 'in_use': 8, 'size': 8, 'values': wave(2, 8)}],
        'levels': levels(),
        'slowest': [request('GET', '/reports/{year}', 30, '4bf92f3577b34da6a3ce929d0e0e4736', seconds=12.4),
                    request('POST', '/api/v1/appointments', 100, '00f067aa0ba902b700f067aa0ba902b7', seconds=0.61)],
        'failures': [request('POST', '/api/v1/appointments', 3, 'a3ce929d0e0e47364bf92f3577b34da6', status='500', seconds=0.044),
                     request('GET', '/api/v1/clients/{id}', 90000, None, status='503', seconds=None)],
        'metrics': metrics(),
    }


def without_http(turn=0):
    return {**full(turn), 'tiles': process_tiles(turn), 'routes': [], 'statements': [], 'caches': [], 'pools': [], 'levels': None, 'slowest': [],
            'failures': [], 'metrics': metrics()[2:]}


def many_routes(turn=0):
    return {**full(turn), 'routes': [route('GET', f'/many/{at:03}', None, 0.001 * (1 + at * 7 % 500), 0.25, at) for at in range(500)]}


def hostile(turn=0):
    """Label values that are HTML, that turn the text around, of 1 MB, and all the same but for their end."""
    long = 'x' * 1_000_000
    return {**full(turn), 'routes': [route('GET', HOSTILE, HOSTILE, 0.05, 0.15), route(HOSTILE, long + '1', None, 0.06, 0.15),
                                     route('GET', long + '2', None, 0.07, 0.15)],
            'caches': [{'cache_type': HOSTILE, 'hits': 1, 'misses': 0, 'ratio': 1, 'values': wave(1, 1)}],
            'failures': [{'method': HOSTILE, 'endpoint': HOSTILE, 'status': HOSTILE, 'seconds': None, 'time': NOW, 'trace_id': HOSTILE}],
            'metrics': [{'name': HOSTILE, 'type': 'gauge', 'help': HOSTILE + long, 'unit': HOSTILE, 'series': 1}]}


def with_gaps(turn=0):
    return {**full(turn), 'slots': slots(turn, gaps=range(20, 26)), 'left_out': 12}


def clock_set_back(turn=0):
    """By a minute, within what is shown."""
    return {**full(turn), 'slots': [{**slot, 'end': slot['end'] - 60 * (at > 30)} for at, slot in enumerate(slots(turn))]}


def restarted(turn=0):
    return {**full(turn), 'started': RESTARTED, 'history_since': RESTARTED, 'covered_seconds': 120}


def few(turn=0):
    """Of a service that nobody has declared levels of, after its first request."""
    first = [{**said, 'count': 1, 'verdict': 'unknown'} for said in tiles(turn)[:3]]
    return {**full(turn), 'tiles': [*first, *process_tiles(turn)], 'routes': [], 'statements': [], 'levels': None, 'built_in_targets': True}


def nothing_known(turn=0):
    """All that can be null is."""
    said = full(turn)
    for part in [*said['tiles'], *said['routes'], *said['statements'], *said['caches'], *said['pools']]:
        for name, value in part.items():
            if name == 'values':
                part[name] = [None] * SLOTS
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                part[name] = None
        if part.get('verdict', 'none') != 'none':
            part['verdict'] = 'unknown'
    unknown = objective('latency-p95', 0.95, None, None, None, note='Nothing counts.')
    return {**said, 'started': None, 'levels': {**levels(), 'objectives': [unknown]}}


def just_begun(turn=0):
    return {**nothing_known(turn), 'slots': [], 'covered_seconds': 0, 'tiles': [{**said, 'values': []} for said in nothing_known()['tiles']],
            'routes': [], 'statements': [], 'caches': [], 'pools': [], 'slowest': [], 'failures': []}


def metric(name, turn=0):
    """The answer about a metric; None: there is no such metric."""
    said = {**{known['name']: known for known in metrics()},
            HOSTILE: {'name': HOSTILE, 'type': 'gauge', 'help': HOSTILE, 'unit': '<img src=x>'}}.get(name)
    if said is None:
        return None
    labels = [{}] if said['type'] == 'gauge' else [{'queue': f'queue {at:02}'} for at in range(12)]
    if name == HOSTILE:
        labels = [{'label': HOSTILE}, {'label': 'x' * 1_000_000}]
    scale = 300 * 2**20 if said['unit'] == 'bytes' else 0.2 if said['unit'] == 'seconds' else 40
    series = []
    for at, own in enumerate(labels):
        values = wave(scale / 2, scale / (1 + at / 10), at, turn)
        timed = {'count': 99, 'rate': 9.9, 'p50': values[-1] / 3, 'p95': values[-1], 'p99': 2 * values[-1], 'rates': wave(5, 9)}
        series.append({'labels': own, 'values': values, **(timed if said['type'] == 'histogram' else {'value': values[-1]})})
    return {**said, 'slots': slots(turn), 'series_in_all': len(series), 'series': series}
