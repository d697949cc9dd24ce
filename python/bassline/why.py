"""Why a contact holds what it holds, as a tree to read and as data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bassline._picture import Row, picture


class Why:
    """A derivation: a contact, the gadget that wrote it, its inputs, down to what came from outside.

    Each input is shown with what it held when the content above it was computed. Where a join has made a content, the
    port `joined` leads to what the contact held before it. What was made of several events, as a sum is, says of how
    many, and names the last.

    >>> net = bl.Network()
    >>> net.gadget("math.add", a=net.contact("x", 1), b=2, sum="y")
    <Gadget 'math.add(a=x, b=(2), sum=y)'>
    >>> why = net.why("y")
    >>> why.to_dict()["inputs"]["a"]["path"]
    'x'
    """

    def __init__(self, reasons: list[dict[str, Any]]) -> None:
        self._reasons = reasons

    def to_dict(self) -> dict[str, Any]:
        """Nested dicts: `path`, `value`, `tick`, `kind`, `since`, and `inputs` by port.

        `since` is the tick that last changed the contact, if it holds another value by now. What was told before is
        only `path`, `value`, `tick` and `see_above`. `returned` is `("undo", 5)` or `("redo", 5)` where the undo or the
        redo of tick 5 brought the content back. Of what was made of several events or changes, `observed` has `count`
        (`None` if that is not known), how many are `known`, the last `events`, newest first, each like the whole, and
        how many known ones are `earlier` than those.
        """
        whole: dict[str, Any] = {}
        told: set[int] = set()
        ahead: list[tuple[Any, Any, int]] = [(whole, "", 0)]
        while ahead:  # no recursion: a derivation may be deeper than Python's stack
            inside, port, at = ahead.pop()
            reason = self._reasons[at]
            if at in told:
                inside[port] = {key: reason[key] for key in ("path", "value", "tick")} | {"see_above": True}
                continue
            told.add(at)
            inputs: dict[str, Any] = {}
            inside[port] = {key: value for key, value in reason.items() if key != "inputs"} | {"inputs": inputs}
            if "observed" in reason:
                places = reason["observed"]["events"]
                events: list[Any] = [None] * len(places)
                inside[port]["observed"] = reason["observed"] | {"events": events}
                ahead += [(events, place, of) for place, of in reversed([*enumerate(places)])]
            ahead += [(inputs, name, place) for name, place in reversed(reason["inputs"])]
        nested: dict[str, Any] = whole[""]
        return nested

    def __str__(self) -> str:
        lines: list[str] = []
        rests = [""]  # what a line's own lines begin with, by line
        for row in self._rows():
            if row.parent is None:
                lines.append(row.text)
                continue
            before = rests[row.parent]
            lines.append(f"{before}{'└─ ' if row.is_last else '├─ '}{row.label}{row.text}")
            rests.append(before + ("   " if row.is_last else "│  "))
        return "\n".join(lines)

    def to_svg(self) -> str:
        """The same as a picture: an SVG document of its own, a box for each line of the tree.

        >>> net = bl.Network()
        >>> _ = net.contact("x", "<1>")
        >>> svg = net.why("x").to_svg()
        >>> svg.startswith("<svg"), "&lt;1&gt;" in svg
        (True, True)
        """
        return picture(self._rows())

    def _repr_svg_(self) -> str:
        return self.to_svg()

    def _rows(self) -> list[Row]:
        rows: list[Row] = []
        told: set[int] = set()
        ahead: list[tuple[int, int | None, str, bool]] = [(0, None, "", True)]
        while ahead:  # no recursion here either
            at, parent, port, is_last = ahead.pop()
            reason, here = self._reasons[at], len(rows)
            label = "" if port in ("", "wire") else f"{port}: "
            if at in told and _below(reason):
                again = f"{reason['path']} = {_show(reason['value'])}  (see above)"
                rows.append(Row(parent, label, again, "again", is_last))
                continue
            told.add(at)
            rows.append(Row(parent, label, _describe(reason), reason["kind"], is_last))
            below = _below(reason)
            if reason["cut"]:
                rows.append(Row(here, "", "…", "cut", is_last=True))
            for number, (name, place) in reversed([*enumerate(below)]):
                ahead.append((place, here, name, number == len(below) - 1))
        return rows

    def __repr__(self) -> str:
        return str(self)


def _below(reason: dict[str, Any]) -> list[tuple[str, int]]:
    """What stands under a reason: its inputs, then the events that are none of them."""
    inputs: list[tuple[str, int]] = reason["inputs"]
    known = {place for _, place in inputs}
    events = reason["observed"]["events"] if "observed" in reason else []
    return inputs + [
        ("earlier" if inputs or number else "", place) for number, place in enumerate(events) if place not in known
    ]


def _how_many(reason: dict[str, Any]) -> str:
    """Of how many events it was made, if of several."""
    if "observed" not in reason:
        return ""
    count, known = reason["observed"]["count"], reason["observed"]["known"]
    if count is None:
        return f"; of {known:,} or more"
    return f"; of {count:,}" if count > 1 else ""


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _describe(reason: dict[str, Any]) -> str:
    kind, path, tick = reason["kind"], reason["path"], reason["tick"]
    if kind == "constant":
        return f"{_show(reason['value'])}  (constant)"
    if kind == "forgotten":
        older = f"what it held in tick {tick} is older than the history that is kept"
        return f"{path}  ({older}; it is another since tick {reason['since']})"
    match kind:
        case "external":
            time = reason.get("time")
            when = "" if time is None else f", {datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"
            by = (f"from '{reason['source']}'" if reason["source"] else "written") + f", tick {tick}{when}"
        case "gadget":
            by = f"by {reason['gadget']}, tick {tick}"
        case "wire":
            by = f"over a wire, tick {tick}"
        case "removed":
            by = f"tick {tick}; what wrote it was removed"
        case _:
            by = "never written"
    if reason["returned"] is not None:
        what, of = reason["returned"]
        by += f", by the {what} of tick {of}"
    since = "" if reason["since"] is None else f"; it is another since tick {reason['since']}"
    return f"{path} = {_show(reason['value'])}  ({by}{_how_many(reason)}{since})"
