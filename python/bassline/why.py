"""Why a contact holds what it holds, as a tree to read and as data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


class Why:
    """A derivation: a contact, the gadget that wrote it, its inputs, down to what came from outside.

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
        """Nested dicts: `path`, `value`, `tick`, `kind`, and `inputs` by port.

        What was told before is only `path` and `see_above`.
        """
        whole: dict[str, Any] = {}
        told: set[int] = set()
        ahead = [(whole, "", 0)]
        while ahead:  # no recursion: a derivation may be deeper than Python's stack
            inside, port, at = ahead.pop()
            reason = self._reasons[at]
            if at in told:
                inside[port] = {"path": reason["path"], "see_above": True}
                continue
            told.add(at)
            inputs: dict[str, Any] = {}
            inside[port] = {key: value for key, value in reason.items() if key != "inputs"} | {"inputs": inputs}
            ahead += [(inputs, name, place) for name, place in reversed(reason["inputs"])]
        nested: dict[str, Any] = whole[""]
        return nested

    def __str__(self) -> str:
        lines: list[str] = []
        told: set[int] = set()
        ahead = [(0, "", "")]
        while ahead:
            at, head, rest = ahead.pop()
            reason = self._reasons[at]
            if at in told and reason["inputs"]:
                lines.append(f"{head}{reason['path']} = {_show(reason['value'])}  (see above)")
                continue
            told.add(at)
            lines.append(f"{head}{_describe(reason)}")
            if reason["cut"]:
                lines.append(f"{rest}└─ …")
            inputs = reason["inputs"]
            for number, (name, place) in reversed([*enumerate(inputs)]):
                last = number == len(inputs) - 1
                label = "" if name == "wire" else f"{name}: "
                ahead.append((place, rest + ("└─ " if last else "├─ ") + label, rest + ("   " if last else "│  ")))
        return "\n".join(lines)

    def __repr__(self) -> str:
        return str(self)


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _describe(reason: dict[str, Any]) -> str:
    kind, path = reason["kind"], reason["path"]
    if kind == "constant":
        return f"{_show(reason['value'])}  (constant)"
    line = f"{path} = {_show(reason['value'])}"
    match kind:
        case "external":
            time = reason.get("time")
            when = "" if time is None else f", {datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S} UTC"
            source = f"from '{reason['source']}'" if reason["source"] else "written"
            return f"{line}  ({source}, tick {reason['tick']}{when})"
        case "gadget":
            return f"{line}  (by {reason['gadget']}, tick {reason['tick']})"
        case "wire":
            return f"{line}  (over a wire, tick {reason['tick']})"
        case "removed":
            return f"{line}  (tick {reason['tick']}; what wrote it was removed)"
        case _:
            return f"{line}  (never written)"
