"""What a notebook shows of a network: contacts as HTML, in which nothing that a name or a value says is markup."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = tuple[str, str, str, int, str | None, str | None]
"""Path, content as shown, blend, version, what it contradicts, and its fault."""

SHOWN = 30
"""How many contacts a table shows if nothing else is said."""
_LONGEST = 120
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""What is not shown, or turns the direction of what follows it."""
_CELL = 'style="text-align: left"'


def text_of(text: str) -> str:
    """A text as HTML: escaped, cut after 120 characters, with control characters spelled out."""
    return html.escape(_plain(text))


def _plain(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return _HIDDEN.sub(lambda found: ascii(found[0])[1:-1], cut)


def _cell(text: str, kind: str = "td") -> str:
    return f"<{kind} {_CELL}>{text}</{kind}>"


def _warning(what: str, text: str) -> str:
    return f'<div style="color: #b00020"><b>{what}</b>: {text_of(text)}</div>'


def _content_of(row: Row) -> str:
    _, content, _, _, contradiction, fault = row
    cell = f"<code>{text_of(content)}</code>"
    if contradiction is not None:
        cell += _warning("contradiction", contradiction)
    return cell if fault is None else cell + _warning("fault", fault)


def table_html(caption: str, rows: Iterable[Row], total: int) -> str:
    """Contacts as a table, with how many more there are."""
    head = "".join(_cell(name, "th") for name in ("contact", "value", "blend", "tick"))
    lines = [
        f"<tr>{_cell(text_of(row[0]))}{_cell(_content_of(row))}{_cell(text_of(row[2]))}{_cell(str(row[3]))}</tr>"
        for row in rows
    ]
    left = total - len(lines)
    if left > 0:
        lines.append(f'<tr><td colspan="4" {_CELL}>and {left:,} more</td></tr>')
    return (
        f"<table><caption>{text_of(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def contact_html(row: Row | None) -> str:
    """One contact as a table of what is to be known of it; without a row, it was removed."""
    if row is None:
        return f"<code>{text_of('<Contact (removed)>')}</code>"
    path, _, blend, version, _, _ = row
    lines = {
        "contact": text_of(path),
        "value": _content_of(row),
        "blend": text_of(blend),
        "tick": str(version),
    }
    body = "".join(f"<tr>{_cell(name, 'th')}{_cell(text)}</tr>" for name, text in lines.items())
    return f"<table><tbody>{body}</tbody></table>"


def table_text(caption: str, rows: Iterable[Row], total: int) -> str:
    """The same as plain text."""
    lines = [("contact", "value", "blend", "tick")]
    for path, content, blend, version, contradiction, fault in rows:
        marks = {"contradiction": contradiction, "fault": fault}
        told = "".join(f"  ! {what}: {text}" for what, text in marks.items() if text is not None)
        lines.append((_plain(path), _plain(content + told), _plain(blend), str(version)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    left = total - (len(lines) - 1)
    return "\n".join([_plain(caption), *shown, *([f"and {left:,} more"] if left > 0 else [])])
