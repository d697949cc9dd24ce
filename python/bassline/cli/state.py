"""Showing the state of contacts: a table for people, JSON lines for programs."""

from __future__ import annotations

import enum
import json
import math
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import bassline as bl
from bassline.cli.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def matching(net: bl.Network, patterns: Iterable[str]) -> list[bl.Contact]:
    """Return the contacts that match any of the patterns, each once; a pattern that matches none is refused."""
    found: dict[str, bl.Contact] = {}
    for pattern in patterns:
        matched = net.contacts.match(pattern)
        if not matched:
            raise Refused(f"no contact matches '{pattern}'; {hint(net, pattern)}")
        found.update((contact.path, contact) for contact in matched)
    return list(found.values())


def hint(net: bl.Network, missing: str) -> str:
    """Return a hint at the contact that was probably meant."""
    near = get_close_matches(missing, list(net.contacts), 1)
    return f"did you mean '{near[0]}'?" if near else "see them all with '**'"


def show(contacts: Sequence[bl.Contact], *, as_json: bool) -> None:
    """Print contacts with what they hold: a table if stdout is a terminal, otherwise or if asked JSON lines."""
    if as_json or not sys.stdout.isatty():
        for contact in contacts:
            print(json_line(path=contact.path, value=contact.value, version=contact.version))
        return
    from rich.console import Console  # noqa: PLC0415  (slow to import, and only for a terminal)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("contact", "value", "version", box=None, header_style="bold", pad_edge=False)
    table.columns[2].justify = "right"
    for contact in contacts:
        value = contact.value
        shown = Text("empty", "dim") if value is bl.Nothing else Text(json.dumps(plain(value), ensure_ascii=False))
        table.add_row(Text(contact.path), shown, f"{contact.version:,}")
    Console().print(table)


def json_line(**fields: Any) -> str:
    """Return one JSON object on one line; a field that holds nothing is left out.

    >>> json_line(path="a", value=float("nan"), old=bl.Nothing)
    '{"path": "a", "value": "NaN"}'
    """
    held = {name: plain(value) for name, value in fields.items() if value is not bl.Nothing}
    return json.dumps(held, ensure_ascii=False)


def plain(value: Any) -> Any:
    """Return a value as JSON can say it: numbers that are none become text, and so does what JSON has no word for."""
    match value:
        case enum.Enum():
            return value.name
        case bl.Undecoded():
            return plain(value.payload)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return value.hex()
        case _:
            return plain_collection(value)


def plain_collection(value: Any) -> Any:
    """Return a collection as JSON can say it; anything else as text."""
    match value:
        case dict():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case set() | frozenset():
            return sorted((plain(inner) for inner in value), key=str)
        case _:
            return str(value)
