"""Changes of a rule that its tests must notice: each comparison, factor, window, label and time, and which series a
selector has."""
import copy
import itertools
import re

from generated import seconds

TOKEN = re.compile(r"""
  (?P<string>"(?:[^"\\]|\\.)*")
| (?P<window>(?<=\[)\d+[smhdwy](?=\])|(?<=offset\ )\d+[smhdwy])
| (?P<labels>(?<=\bby\ \()[^()]+|(?<=\bon\ \()[^()]+|(?<=\bwithout\ \()[^()]+|(?<=\bignoring\ \()[^()]+)
| (?P<operator>=~|!~|!=|>=|<=|==|[-+*/><=])
| (?P<number>(?<![\w:.])\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w:]))
| (?P<word>\b(?:and|or|unless)\b)
| [\w:]+
""", re.VERBOSE)
SELECTOR = re.compile(r"""(?P<metric>[\w:]+)\{(?P<matchers>(?:[^"{}]|"(?:[^"\\]|\\.)*")*)\}""")
MATCHER = re.compile(r"""(?P<label>\w+)(?P<operator>=~|!~|!=|=)"(?P<value>(?:[^"\\]|\\.)*)\"""")
# Labels by which levels of a list select what each of them is of.
OF_LEVELS = ("method", "endpoint", "query_type", "table")
OPERATORS = {">": [">=", "<"], "<": ["<=", ">"], ">=": [">", "<="], "<=": ["<", ">="], "==": ["!=", ">"], "=": ["!="], "!=": ["="],
             "=~": ["!~"], "!~": ["=~"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"]}
WORDS = {"and": ["or", "unless"], "or": ["and"], "unless": ["and"]}


def times(duration, factor):
    return f"{int(seconds(duration) * factor)}s"


def changed_string(text):
    """Another value; and of a pattern, what is left without one of its alternatives."""
    yield text[:-1] + 'x"'
    alternatives = text[1:-1].split("|")
    if len(alternatives) > 1:
        for i in range(len(alternatives)):
            yield '"' + "|".join(alternatives[:i] + alternatives[i + 1:]) + '"'
    if text.endswith('(\\\\.0)?"'):
        yield text.replace("(\\\\.0)?", "")
        yield text.replace("(\\\\.0)?", "\\\\.0")


def changed_number(text):
    value = float(text)
    return [f"{value * 1.01!r}", f"{value * 0.99!r}"] if value else ["1"]


def changed_labels(text):
    labels = text.split(", ")
    return [", ".join(labels[:i] + labels[i + 1:]) for i in range(len(labels))]


def changed(kind, text):
    if kind == "string":
        return changed_string(text)
    if kind == "window":
        return [times(text, 2), times(text, 0.5)]
    if kind == "labels":
        return changed_labels(text)
    if kind == "number":
        return changed_number(text)
    return (OPERATORS if kind == "operator" else WORDS)[text]


def alternatives(matcher):
    """What it is of, as patterns."""
    return matcher["value"].split("|") if matcher["operator"].endswith("~") else [re.sub(r"([{}.])", r"\\\\\1", matcher["value"])]


def matcher_of(label, is_excluded, patterns):
    return f'{label}{"!~" if is_excluded else "=~"}"{"|".join(patterns)}"'


def list_of(rule):
    """Of which list of levels the rule is."""
    return next((label for label in ("operation", "budget") if label in rule.get("labels", {})), "slo")


def values_of_levels(rules):
    """What selectors of the rules are of, as patterns by label."""
    values = {label: [] for label in OF_LEVELS}
    for rule in rules:
        for matcher in MATCHER.finditer(rule["expr"]):
            if matcher["label"] in values:
                values[matcher["label"]] += [one for one in alternatives(matcher) if one not in values[matcher["label"]]]
    return values


def by_label(selector):
    return {matcher["label"]: matcher for matcher in MATCHER.finditer(selector["matchers"])}


def has_all(selector, wanted):
    """Whether it has all that matchers with these values by label have: `wanted` says whether they are excluded, and which."""
    matchers = by_label(selector)

    def has(label, is_excluded, values):
        own = set(alternatives(matchers[label]))
        return is_excluded == (matchers[label]["operator"][0] == "!") and (own <= set(values) if is_excluded else own >= set(values))
    return matchers.keys() == wanted.keys() and all(has(label, *one) for label, one in wanted.items())


def widened(expr, values):
    """A selector takes one more value, which another level's has, and which no other selector of the metric adds as well."""
    selectors = list(SELECTOR.finditer(expr))
    for selector in selectors:
        of_labels = {label: alternatives(matcher) for label, matcher in by_label(selector).items()}
        for label, matcher in by_label(selector).items():
            for value in values.get(label, []):
                added = {name: (one["operator"][0] == "!", of_labels[name]) for name, one in by_label(selector).items()}
                added[label] = (added[label][0], [value])
                if value in of_labels[label] or any(one["metric"] == selector["metric"] and has_all(one, added) for one in selectors):
                    continue
                at = selector.start("matchers")
                text = matcher_of(label, matcher["operator"][0] == "!", of_labels[label] + [value])
                yield f"{matcher.group()} takes {value}", expr[:at + matcher.start()] + text + expr[at + matcher.end():]


def merged(expr):
    """Two selectors of a metric become one: each method of both with each route of both."""
    for first, second in itertools.combinations(SELECTOR.finditer(expr), 2):
        pair = by_label(first), by_label(second)
        labels = pair[0].keys()
        are_alike = first["metric"] == second["metric"] and labels == pair[1].keys() and set(OF_LEVELS) >= labels and len(labels) > 1
        if are_alike and all(pair[0][label]["operator"][0] == pair[1][label]["operator"][0] for label in labels):
            product = ",".join(matcher_of(label, pair[0][label]["operator"][0] == "!",
                                          list(dict.fromkeys(alternatives(pair[0][label]) + alternatives(pair[1][label]))))
                               for label in labels)
            yield (f"{first.group()} and {second.group()} -> their cross product",
                   expr[:first.start("matchers")] + product + expr[first.end("matchers"):second.start("matchers")] + product
                   + expr[second.end("matchers"):])


def mutants(rule, others):
    """Pairs of what was changed, and the changed rule. `others`: the rules beside it, of other levels among them."""
    expr = rule["expr"]
    values = values_of_levels([other for other in others if list_of(other) == list_of(rule)])
    for what, other in itertools.chain(widened(expr, values), merged(expr)):
        yield what, {**copy.deepcopy(rule), "expr": other}
    for token in TOKEN.finditer(expr):
        if token.lastgroup is None:
            continue
        for other in changed(token.lastgroup, token.group()):
            mutant = copy.deepcopy(rule)
            mutant["expr"] = expr[:token.start()] + other + expr[token.end():]
            yield f"{token.lastgroup} {token.group()} -> {other or 'none'} at {token.start()}", mutant
    for key, factor in (("for", 10), ("keep_firing_for", 2)):
        if key in rule:
            for other in (None, times(rule[key], factor)):
                mutant = copy.deepcopy(rule)
                del mutant[key]
                if other:
                    mutant[key] = other
                yield f"{key} {rule[key]} -> {other}", mutant
    for label in rule.get("labels", {}):
        mutant = copy.deepcopy(rule)
        mutant["labels"][label] = "other"
        yield f"label {label} -> other", mutant
        mutant = copy.deepcopy(rule)
        del mutant["labels"][label]
        yield f"label {label} -> none", mutant
