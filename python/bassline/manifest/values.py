"""The values a manifest may hold: what JSON can say, with integers of 64 bits and text that is text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline.errors import ManifestError

if TYPE_CHECKING:
    from bassline.manifest.document import Document

KINDS = {
    str: "the string",
    bool: "the boolean",
    int: "the number",
    float: "the number",
    dict: "a mapping",
    list: "a list",
}


def described(value: object) -> str:
    """Say what a value is, for a message.

    >>> described(1.5), described([1, 2]), described(None), described(True)
    ('the number 1.5', 'a list', 'nothing', 'the boolean true')
    """
    if value is None:
        return "nothing"
    kind = KINDS.get(type(value), f"a {type(value).__name__}")
    if not kind.startswith("the"):
        return kind
    return f"{kind} {str(value).lower() if isinstance(value, bool) else repr(value)}"


def check_values(document: Document) -> None:
    """Refuse a value that a network cannot hold, wherever in the manifest it stands."""
    try:
        _check(document, document.value, "", {})
    except RecursionError as error:
        raise ManifestError("the manifest is nested too deeply; flatten it") from error


def _check(document: Document, value: Any, place: str, checked: dict[int, bool]) -> None:
    match value:
        case dict() | list():
            _check_inside(document, value, place, checked)
        case bool() | float() | None:
            pass
        case int():
            if not -(2**63) <= value < 2**63:
                message = f"expected an integer of at most 64 bits, found {value}; write it as a float, {value}.0"
                raise document.error(place, message)
        case str():
            if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
                raise document.error(place, f"expected text, found half of a surrogate pair in {value!a}; remove it")
        case _:
            kinds = "a string, number, boolean, null, list or mapping"
            raise document.error(place, f"expected {kinds}, found {described(value)}; write it as one of these")


def _check_inside(document: Document, value: dict[Any, Any] | list[Any], place: str, checked: dict[int, bool]) -> None:
    """Check what a value contains; `checked` says of each that was begun whether it is done."""
    if checked.get(id(value)):  # an alias: it was checked where it stands first
        return
    if id(value) in checked:
        raise document.error(place, "this value contains itself; a manifest is a tree")
    checked[id(value)] = False
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict) and not isinstance(key, str):
            raise document.error(place, f"expected a string as a key, found {described(key)}; put it in quotes")
        inside = f"[{key}]" if isinstance(value, list) else f".{key}" if place else str(key)
        _check(document, inner, place + inside, checked)
    checked[id(value)] = True
