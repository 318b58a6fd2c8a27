"""What must be stored of what http_recorded_program recorded: worked out from its values alone, in exact arithmetic."""
import bisect
import math
import re
from decimal import Decimal, getcontext
from fractions import Fraction

getcontext().prec = 60
MAX = 1.7976931348623157e308


def text(digits):
    return bytes.fromhex(digits).decode(errors="replace")


def total(values):
    """The double next to the exact sum."""
    if all(math.isfinite(v) for v in values):
        return float(sum(map(Fraction, values)))
    return sum(values)


def shortest(v):
    """A number as Go's strconv.FormatFloat(v, 'g', -1, 64) writes it."""
    if math.isinf(v):
        return "+Inf" if v > 0 else "-Inf"
    if v == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(v)).normalize().as_tuple()
    digits = "".join(map(str, digits))
    point = len(digits) + exponent
    if not -4 <= point - 1 < max(21 if len(digits) > 21 else 6, len(digits) if exponent < 0 else 6):
        mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
        written = f"{mantissa}e{'-' if point < 1 else '+'}{abs(point - 1):02}"
    elif point <= 0:
        written = "0." + "0" * -point + digits
    else:
        written = digits[:point].ljust(point, "0") + ("." + digits[point:] if digits[point:] else "")
    return "-" * sign + written


def bound_label(v, form):
    """The value of `le` and `quantile`."""
    written = shortest(v)
    return written if form == "text" or not written.lstrip("-").isdigit() else written + ".0"


def legacy(name, colon=True):
    """With underscores for what Prometheus 2 can't have in a name."""
    allowed = "[a-zA-Z0-9_:]" if colon else "[a-zA-Z0-9_]"
    name = "".join(c if re.fullmatch(allowed, c) else "_" for c in name)
    return "_" + name[1:] if name[0].isdigit() else name


def bound(v):
    """Of a native bucket, without the last digits, where Prometheus's table of roots of two is off."""
    return float(f"{v:.13g}")


class Native:
    """The native buckets of values: https://prometheus.io/docs/specs/native_histograms/"""

    def __init__(self, factor, zero_threshold, max_buckets, values):
        self.zero_threshold = zero_threshold
        self.schema = max(-4, min(8, -math.floor(math.log2(math.log2(factor)))))
        while True:
            self.fill(values)
            if len(self.positive) + len(self.negative) <= max_buckets or self.schema == -4:
                break
            self.schema -= 1

    def fill(self, values):
        n = 2 ** max(self.schema, 0)
        self.fractions = [float(Decimal(2) ** (Decimal(i) / n) / 2) for i in range(n)]
        self.zero, self.positive, self.negative = 0, {}, {}
        for v in values:
            if abs(v) <= self.zero_threshold:
                self.zero += 1
            else:
                side = self.positive if v > 0 else self.negative
                side[self.index(abs(v))] = side.get(self.index(abs(v)), 0) + 1

    def index(self, v):
        if math.isinf(v):
            return self.index(MAX) + 1
        fraction, exponent = math.frexp(v)
        if self.schema > 0:
            return bisect.bisect_left(self.fractions, fraction) + (exponent - 1) * len(self.fractions)
        key = exponent - (fraction == 0.5)
        return -(-key // 2 ** -self.schema)

    def bound(self, index):
        if index > self.index(MAX):
            return math.inf
        if index == self.index(MAX):
            return MAX
        if self.schema <= 0:
            return math.ldexp(1, index * 2 ** -self.schema)
        exponent, i = divmod(index, len(self.fractions))
        return math.ldexp(self.fractions[i], exponent + 1)

    def buckets(self):
        """As the query API has them: the rule of the bounds, both bounds, the count."""
        negative = [(1, -self.bound(i), -self.bound(i - 1), n) for i, n in sorted(self.negative.items(), reverse=True)]
        zero = [(3, -self.zero_threshold, self.zero_threshold, self.zero)] if self.zero else []
        positive = [(0, self.bound(i - 1), self.bound(i), n) for i, n in sorted(self.positive.items())]
        return tuple((rule, bound(low), bound(high), n) for rule, low, high, n in negative + zero + positive)


class Series:
    def __init__(self, recorded, constant):
        self.name, self.help, self.type, self.unit = (text(recorded[key]) for key in ("name", "help", "type", "unit"))
        labels = [(text(name), text(value)) for name, value in constant + recorded["labels"]]
        self.labels = {legacy(name, colon=False): value for name, value in labels}
        self.values = [float(v) for v in recorded["values"]]
        self.bounds = [float(v) for v in recorded["bounds"]] + [math.inf]
        self.is_native = recorded["native"] is not None
        self.is_classic = len(self.bounds) > 1 or not self.is_native
        self.native = self.is_native and Native(*map(float, recorded["native"]), self.values)
        self.quantiles = [(float(q), float(v)) for q, v in recorded["quantiles"]]
        self.states = [(text(state), enabled) for state, enabled in recorded["states"]]
        self.exemplars = [({text(name): text(value) for name, value in labels if value}, float(v),
                           int(nanos) // 1_000_000) for labels, v, nanos in recorded["exemplars"]]
        self.exposed = legacy(self.name)

    def key(self, suffix="", **more):
        labels = {**self.labels, **more, "__name__": self.exposed + suffix}
        return tuple(sorted((name, value) for name, value in labels.items() if value != ""))

    def stored(self, form):
        """Each series that Prometheus has of this one: its labels, and the value as repr() or native buckets."""
        if self.type == "summary":
            return self.stored_summary(form)
        if self.type in ("histogram", "gaugehistogram"):
            return self.stored_histogram(form)
        if self.type == "stateset":
            name = legacy(self.name, colon=False)
            return {self.key(**{name: state}): repr(float(enabled)) for state, enabled in self.states}
        value = {"counter": total, "sum": total, "max": max, "info": lambda _: 1.0}.get(self.type, lambda v: v[-1])
        return {self.key(): repr(value(self.values))}

    def stored_summary(self, form):
        is_openmetrics = form == "openmetrics"
        found = {self.key("_count"): repr(float(len(self.values)))}
        if not is_openmetrics or total(self.values) >= 0:
            found[self.key("_sum")] = repr(total(self.values))
        for q, v in self.quantiles:
            if not is_openmetrics or not v < 0:
                found[self.key(quantile=bound_label(q, form))] = repr(v)
        return found

    def stored_histogram(self, form):
        is_openmetrics = form == "openmetrics"
        sum_ = total(self.values)
        if form == "protobuf" and self.is_native:
            return {self.key(): (len(self.values), repr(sum_), self.native.buckets())}
        found = {}
        for bound in self.bounds:
            n = sum(v <= bound for v in self.values)
            found[self.key("_bucket", le=bound_label(bound, form))] = repr(float(n))
        prefix = "_g" if self.type == "gaugehistogram" and form != "protobuf" else "_"
        if not is_openmetrics or (sum_ >= 0 and self.bounds[0] >= 0):
            found[self.key(prefix + "sum")] = repr(sum_)
            found[self.key(prefix + "count")] = repr(float(len(self.values)))
        return found

    def is_stored_oddly(self, found):
        """Prometheus 2.42 stores gauge histograms of protobuf under the family's name, and the sum not at all."""
        return self.type == "gaugehistogram" and self.key() in found

    def newest(self, lower, upper):
        return [exemplar for exemplar in self.exemplars if lower < exemplar[1] <= upper][-1:]

    def stored_exemplars(self, form):
        """Each series that has exemplars, and these: labels, value and milliseconds."""
        if form == "text" or not self.exemplars:
            return {}
        if self.type == "counter":
            return {self.key(): self.exemplars[-1:]}
        buckets = [(bound, self.newest(lower, bound)) for lower, bound in zip([-math.inf] + self.bounds, self.bounds)]
        if form == "protobuf" and self.is_native:
            return {self.key(): [one for _, found in buckets for one in found] if self.is_classic else self.exemplars}
        return {self.key("_bucket", le=bound_label(bound, form)): found for bound, found in buckets if found}

    def metadata(self, form):
        """(name, type, help, unit) of the family, as Prometheus tells them."""
        if form == "openmetrics":
            kind = {"untyped": "unknown", "sum": "gauge", "max": "gauge"}.get(self.type, self.type)
            suffix = {"counter": "_total", "info": "_info"}.get(self.type, "")
            return {(self.exposed.removesuffix(suffix), kind, self.help, self.unit)}
        kind = {"untyped": "unknown", "counter": "counter", "summary": "summary", "histogram": "histogram",
                "gaugehistogram": "histogram"}.get(self.type, "gauge")
        found = {(self.exposed, kind, self.help, "")}
        if self.type == "gaugehistogram" and form == "text":
            found |= {(self.exposed + suffix, "gauge", self.help, "") for suffix in ("_gcount", "_gsum")}
        if self.type == "gaugehistogram" and form == "protobuf":
            found = {(self.exposed, "gaugehistogram", self.help, "")}
        return found
