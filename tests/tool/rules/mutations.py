"""Changes of a rule that its tests must notice: each comparison, factor, window, label and time."""
import copy
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


def mutants(rule):
    """Pairs of what was changed, and the changed rule."""
    expr = rule["expr"]
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
