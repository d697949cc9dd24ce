"""YAML as PyYAML reads it, but for what manifests refuse too; and as it is to be written, line by line."""

from __future__ import annotations

import json
import math
import re

import yaml

from ..values import INT_MAX, INT_MIN, Value
from .primitive import MalformedError

TAG = "tag:yaml.org,2002:"
PLAIN = {f"{TAG}{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}
WORD = re.compile(r"[A-Za-z]([A-Za-z0-9_./-]| (?! ))*")
UNPRINTED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def read_yaml(text: str) -> Value:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        _check(root)
        value = loader.construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise MalformedError(str(error)) from error
    finally:
        loader.dispose()
    _check_numbers(value)
    return value


def _check(node: yaml.Node) -> None:
    if node.tag not in PLAIN or (node.tag in (f"{TAG}int", f"{TAG}float") and ":" in node.value):
        raise MalformedError(f"a plain value was expected, {node.value!r} was found")
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check(item)
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if key.tag != f"{TAG}merge"]
        if len(set(map(str, keys))) < len(keys):
            raise MalformedError("keys that differ were expected")
        for key, value in node.value:
            if key.tag not in (f"{TAG}merge", f"{TAG}str"):
                raise MalformedError(f"a string was expected as a key, {key.value!r} was found")
            _check(value)


def _check_numbers(value: Value) -> None:
    if isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            _check_numbers(item)
    if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
        raise MalformedError(f"64 bits were expected, {value} was found")


def write_yaml(value: Value, indent: int) -> str:
    return "\n".join(_lines(value, indent)) if isinstance(value, (list, dict)) and value else _word(value)


def _lines(value: Value, indent: int) -> list[str]:
    lines: list[str] = []
    for key, item in sorted(value.items()) if isinstance(value, dict) else enumerate(value):
        inside = _lines(item, indent) if isinstance(item, (list, dict)) and item else None
        head = f"{_word(key)}:" if isinstance(value, dict) else "-"
        if inside is None:
            lines.append(f"{head} {_word(item)}")
        elif head == "-" and isinstance(value, list):
            lines.append("-".ljust(indent) + inside[0])
            lines += [" " * indent + line for line in inside[1:]]
        else:
            lines += [head, *(" " * indent + line for line in inside)]
    return lines


def _word(value: Value) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, float):
        return re.sub(r"^(-?[0-9]+)e", r"\1.0e", repr(value))
    if not isinstance(value, str):
        return json.dumps(value)
    if (
        WORD.fullmatch(value)
        and value[-1] not in "_./- "
        and len(value) <= 80
        and value not in ("y", "Y", "n", "N")
        and yaml.SafeLoader("").resolve(yaml.ScalarNode, value, (True, False)) == f"{TAG}str"
    ):
        return value
    return UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
