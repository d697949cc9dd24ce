"""`data.validate-*`, each from the text that defines it: a regular expression, or a validator of others."""

from __future__ import annotations

import ipaddress
import math
import re
from typing import Any

import jsonschema
from jsonschema.protocols import Validator

from ..values import Nothing, Value
from .given import data, short_text
from .primitive import MalformedError, Primitive, expected, number, string

# https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re.compile(rf"([a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+)@{LABEL}(?:\.{LABEL})*")


def email(email: Value) -> Any:
    found = EMAIL.fullmatch(short_text(email))
    return told(found is not None and len(email) <= 254 and len(found[1]) <= 64)


def told(valid: bool, *parts: Value) -> tuple[Value, ...]:
    """Whether it is valid, its parts, and why if it is not."""
    return (valid, *(parts if valid else [None] * len(parts)), None if valid else "it is not valid")


# RFC 3986, appendix A
CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
URL = re.compile(
    rf"""(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):
    (?://(?:(?:{CHARACTER}|:)*@)?(?P<host>\[(?P<ip>[^\]]*)\]|{CHARACTER}*)(?::(?P<port>[0-9]*))?(?P<rooted>(?:/(?:{CHARACTER}|[:@])*)*)
      |(?P<path>(?!//)(?:{CHARACTER}|[:@/])*))
    (?P<search>\?(?:{CHARACTER}|[:@/?])*)?(?P<hash>\#(?:{CHARACTER}|[:@/?])*)?""",
    re.VERBOSE | re.ASCII,
)


def url(url: Value) -> Any:
    found = URL.fullmatch(short_text(url))
    if found is None or int(found["port"] or 0) > 65535 or (found["ip"] is not None and not is_ip(found["ip"])):
        return told(False, None)
    scheme, host = found["scheme"].lower(), (found["host"] or "").lower()
    if scheme in ("http", "https") and not host:
        return told(False, None)
    parts = {
        "protocol": f"{scheme}:",
        "hostname": host,
        "port": int(found["port"]) if found["port"] else None,
        "pathname": found["rooted"] or found["path"] or "",
        "search": "" if found["search"] == "?" else found["search"] or "",
        "hash": "" if found["hash"] == "#" else found["hash"] or "",
    }
    return told(True, parts)


def is_ip(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return "%" not in text


NATIONAL = {  # what to dial, from home and from abroad
    "US": ("1", "1", r"[2-9]\d{2}[2-9]\d{6}"),
    "UK": ("44", "0", r"[1235789]\d{8,9}"),
    "DE": ("49", "0", r"[1-9]\d{4,12}"),
    "FR": ("33", "0", r"[1-9]\d{8}"),
}


def phone(phone: Value, country: Value = "US") -> Any:
    text = short_text(phone).strip()
    if string(country) not in NATIONAL:
        raise ValueError(f"a country was expected, {country!r} was found")
    if not re.fullmatch(r"\+?[0-9 ./()-]*", text, re.ASCII):
        return told(False, None)
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+"):
        abroad = {code: number for code, _, number in NATIONAL.values()}
        code = next((code for code in abroad if digits.startswith(code)), "")
        numbers = abroad[code] if code else r"[1-9]\d{6,14}"
        return told(bool(re.fullmatch(code + numbers, digits)), f"+{digits}")
    code, trunk, numbers = NATIONAL[country]
    digits = digits.removeprefix(trunk)
    return told(bool(re.fullmatch(numbers, digits)), f"+{code}{digits}")


def in_range(value: Value, min: Value = Nothing, max: Value = Nothing) -> Any:
    low = -math.inf if min is Nothing else number(min)
    high = math.inf if max is Nothing else number(max)
    number(value)
    if math.isnan(low) or math.isnan(high) or low > high:
        raise ValueError(f"two numbers in order were expected, {low} and {high} were found")
    return low <= value <= high, low if value < low else min_of(value, high)


def min_of(value: Value, high: Value) -> Value:
    return (value, high)[bool(value > high)]


def regex(text: Value, pattern: Value, flags: Value = "") -> Any:
    string(text), string(pattern)
    if not re.fullmatch(r"[imsx]{0,4}", string(flags)):
        raise ValueError(f"flags were expected, {flags!r} was found")
    try:
        compiled = re.compile(pattern, sum((getattr(re, flag.upper()) for flag in set(flags)), re.NOFLAG))
    except re.error as error:
        raise MalformedError(str(error)) from error
    if len(pattern) > 1_000 or compiled.groups > 100:
        raise MalformedError("a shorter pattern was expected")
    found = compiled.search(text)
    return found is not None, list(found.groups()) if found else []


BY_NAME = ("$defs", "dependentSchemas", "patternProperties", "properties")
NESTING = {  # keywords that hold schemas: one, many, or by name
    **dict.fromkeys(("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"), lambda rule: [rule]),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), list),
    **dict.fromkeys(BY_NAME, lambda rule: list(rule.values())),
}  # fmt: skip
OTHERS = {
    "$comment", "$id", "$ref", "$schema", "const", "contentEncoding", "contentMediaType", "default",
    "dependentRequired", "deprecated", "description", "enum", "examples", "exclusiveMaximum", "exclusiveMinimum",
    "format", "maxContains", "maxItems", "maxLength", "maxProperties", "maximum", "minContains", "minItems",
    "minLength", "minProperties", "minimum", "multipleOf", "pattern", "readOnly", "required", "title", "type",
    "uniqueItems", "writeOnly",
}  # fmt: skip


def check_keywords(schema: Value) -> None:
    for keyword, rule in schema.items() if isinstance(schema, dict) else []:
        if keyword not in NESTING and keyword not in OTHERS and not keyword.startswith("x-"):
            raise ValueError(f"a keyword was expected, {keyword!r} was found")
        for inner in NESTING.get(keyword, lambda _: [])(rule):
            check_keywords(inner)


# What `false` is by the specification (4.3.2), written so that jsonschema says where it stands: it leaves the way to a `false` out.
NEVER = {"not": {"$comment": "nothing is allowed here"}}


def spelled_out(schema: Value, keyword: str = "") -> Value:
    if schema is False and keyword != "additionalProperties":
        return NEVER
    if not isinstance(schema, dict):
        return schema
    return {word: spelled_rule(word, rule) for word, rule in schema.items()}


def spelled_rule(keyword: str, rule: Value) -> Value:
    if keyword not in NESTING:
        return rule
    if isinstance(rule, list):
        return [spelled_out(inner) for inner in rule]
    if keyword in BY_NAME:
        return {name: spelled_out(inner) for name, inner in rule.items()}
    return spelled_out(rule, keyword)


def keyword_of(error: jsonschema.ValidationError) -> str:
    return "false" if error.validator_value == NEVER["not"] else str(error.validator)


def schema(data: Value, schema: Value) -> Any:
    if not isinstance(schema, (dict, bool)):
        raise expected("a map or a bool", schema)
    kind: type[Validator] = jsonschema.Draft202012Validator
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ValueError(str(error)) from error
    check_keywords(schema)
    errors = [
        {
            "path": "".join(f"/{step}" for step in error.absolute_path),
            "keyword": keyword_of(error),
            "message": error.message,
        }
        for error in kind(spelled_out(schema)).iter_errors(data)
    ]
    return not errors, errors


CHECKS: tuple[Primitive, ...] = (
    data("validate-email", "email", "valid error", email),
    data("validate-url", "url", "valid parsed error", url),
    data("validate-phone", "phone country?", "valid formatted error", phone),
    data("validate-range", "value min? max?", "valid clamped", in_range),
    data("validate-regex", "text pattern flags?", "matches groups error", regex),
    data("validate-schema", "data schema", "valid errors", schema),
)
