"""A derivation as a picture: boxes in rows, each below and to the right of what it leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Row:
    """One line of a derivation, and the number of the line that it is a reason of."""

    parent: int | None
    label: str
    text: str
    kind: str
    is_last: bool


HEIGHT, GAP, INDENT, LETTER, MARGIN = 24, 8, 28, 7.3, 8
FILLS = {"external": "#e3f2e1", "constant": "#f0f0f0", "gadget": "#e4edf8", "wire": "#eef3fa", "forgotten": "#fbe9e0"}
NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def picture(rows: Sequence[Row]) -> str:
    """An SVG document of these rows."""
    levels: list[int] = []
    parts: list[str] = []
    widest = 0.0
    for number, row in enumerate(rows):
        levels.append(0 if row.parent is None else levels[row.parent] + 1)
        left, top = MARGIN + levels[-1] * INDENT, MARGIN + number * (HEIGHT + GAP)
        text = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", row.label + row.text)
        width = len(text) * LETTER + 16
        widest = max(widest, left + width)
        if row.parent is not None:
            x = MARGIN + levels[row.parent] * INDENT + INDENT / 2
            y = MARGIN + row.parent * (HEIGHT + GAP) + HEIGHT
            parts.append(f'<path d="M{x:g} {y:g}V{top + HEIGHT / 2:g}H{left:g}" fill="none" stroke="#888"/>')
        fill = FILLS.get(row.kind, "#ffffff")
        box = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{HEIGHT}" rx="4"'
        parts.append(f'<rect {box} fill="{fill}" stroke="#888"/>')
        shown = f'<text x="{left + 8:g}" y="{top + HEIGHT - 7:g}" xml:space="preserve">{escape(text)}</text>'
        parts.append(shown)
    width, height = widest + MARGIN, MARGIN * 2 + len(rows) * (HEIGHT + GAP) - GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
    style = 'font-family="monospace" font-size="12"'
    return f'{head} viewBox="0 0 {width:g} {height:g}" {style}>{"".join(parts)}</svg>'
