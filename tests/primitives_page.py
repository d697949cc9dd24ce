"""`python -m tests.primitives_page` writes docs/primitives.md from the catalogue of the installed engine."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import bassline as bl

PAGE = Path(__file__).resolve().parent.parent / "docs" / "primitives.md"

HEAD = """\
# The primitives

The native gadgets. `net.gadget(name, ...)` takes their ports and settings as keywords; a port marked `?` may stay
unbound, and an input so marked also empty. Wrong types and values are a `GadgetError` that names the port. The exact
meaning is in [semantics.md](semantics.md); `print(bl.primitives("string.*"))` prints the same as here.

*Stateful* primitives keep what came before in the network: rolled back with a tick, stored and given back with it. All
others are pure: equal inputs give equal outputs.

This page is written by `python -m tests.primitives_page`.
"""

EXAMPLES = {
    "array": """\
net = bl.Network()
net.contact("readings", [3, None, 5, "", 4])
net.gadget("array.filterEmpty", array="readings", result="filled")
net.gadget("array.slice", array="filled", start=-2, result="newest")
net.gadget("array.nth", array="filled", index=0, result="oldest")
print(net["filled"], net["newest"], net["oldest"])
""",
    "control": """\
net = bl.Network()
net.contact("speed", 10)
net.contact("running", True)
net.gadget("control.latch", value="speed", enable="running", output="last_speed")
net.gadget("control.switch", condition="running", true="speed", false=0, result="shown")
net["speed"] = 20
net["running"] = False
net["speed"] = 30
print(net["last_speed"], net["shown"])
""",
    "data": """\
net = bl.Network()
net.contact("message", '{"who": {"mail": "ann@example.com"}, "amount": 12}')
net.gadget("data.json-parse", text="message", data="order", error="problem")
net.gadget("data.get-property", object="order", path=bl.const("who.mail"), value="mail", on_error="contain")
net.gadget("data.validate-email", email="mail", valid="can_write", on_error="contain")
net.gadget("data.validate-schema", data="order", schema={"required": ["amount", "currency"]}, errors="missing", valid="complete")
print(net["mail"], net["can_write"], net["missing"])
net["message"] = '{"who": '
print(net["order"], net["problem"])
""",
    "logic": """\
net = bl.Network()
net.contact("age", 20)
net.contact("ticket", False)
net.gadget("logic.greaterOrEqual", a="age", b=18, result="adult")
net.gadget("logic.and", a="adult", b="ticket", result="may_enter")
net["ticket"] = True
print(net["may_enter"])
""",
    "math": """\
net = bl.Network()
net.contact("a", 3)
net.contact("b", 4)
net.gadget("math.power", base="a", exponent=2, result="a2")
net.gadget("math.power", base="b", exponent=2, result="b2")
net.gadget("math.add", a="a2", b="b2", sum="c2")
net.gadget("math.sqrt", value="c2", result="c")
print(net["c"])
""",
    "stat": """\
net = bl.Network()
net.contact("delay", blend="stream")
net.gadget("stat.mean", value="delay", mean="mean")
net.gadget("stat.max", value="delay", max="worst")
for minutes in (5, None, 10, 30):
    net["delay"] = minutes
print(net["mean"], net["worst"])
""",
    "stream": """\
net = bl.Network()
net.contact("orders", blend="stream")
net.contact("amount", blend="stream")
net.gadget("stream.field", record="orders", field="amount", value="amount")
net.gadget("stat.sum", value="amount", sum="revenue")
net.update({"orders": {"country": "NL", "amount": 5}})
net.update({"orders": {"country": "CH", "amount": 20}})
print(net["revenue"])
""",
    "string": """\
net = bl.Network()
net.contact("name", "  ada LOVELACE ")
net.gadget("string.trim", value="name", result="trimmed")
net.gadget("string.split", string="trimmed", separator=" ", result="parts")
net.gadget("array.last", array="parts", result="surname")
net.gadget("string.toUpper", value="surname", result="label")
net.gadget("string.length", value="trimmed", length="length")
print(net["parts"], net["label"], net["length"])
""",
}


def page() -> str:
    every = bl.primitives()
    spaces = sorted({each["name"].partition(".")[0] for each in every})
    return "\n".join([HEAD, "```python\nimport bassline as bl\n```\n", *map(section, spaces)])


def section(space: str) -> str:
    rows = [row(each) for each in bl.primitives(f"{space}.*")]
    table = ["| primitive | inputs | outputs | |", "|---|---|---|---|", *rows]
    source = EXAMPLES[space]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(source, {"bl": bl})
    example = f"```python\n{source}```\n```text\n{printed.getvalue()}```\n"
    return "\n".join([f"## {space}\n", *table, "", example])


def row(primitive: Any) -> str:
    given = [port(each) for each in primitive["inputs"]]
    given += [f"setting `{each.name}`: {each.meaning}" for each in primitive["settings"]]
    outputs = [port(each) for each in primitive["outputs"]]
    meaning = primitive["doc"] + ("" if primitive["purity"] == "pure" else f" *{primitive['purity'].capitalize()}.*")
    return f"| `{primitive['name']}` | {'<br>'.join(given)} | {'<br>'.join(outputs)} | {meaning} |"


def port(each: Any) -> str:
    return f"`{each.name}`{'' if each.required else '?'} {each.type}"


if __name__ == "__main__":
    PAGE.write_text(page())
