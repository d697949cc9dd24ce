"""Arguments: those that a parameter of that name expects, and those that nothing expects."""

from __future__ import annotations

import decimal
import functools
import inspect
import math
import types
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

import bassline as bl
from tests.fuzz import hostile
from tests.fuzz.world import Taker, World, doubled

HUGE_NAME = "n" * 10_000_000
DEEP = 300
STRINGS = [
    "", " ", "/", "//", "a/", "/a", "a//b", "typo", ".", "..", "*", "**", "a\0b", "\0", "\ud800", "a/\udfff", "\n", "$", "$set", "é", "e\u0301",
    "a" * 300, "/".join("ab" * 200), "(1)", "a->b", "a<->b", "math.add", "math.*", "memory:", "sqlite:", "postgresql://x", "max", "stream",
    "directed", "raise", "contain", "nan", "1e400", "{}", "[", "name: x", "__class__", "self", "inputs",
]  # fmt: skip
TEXTS = [
    "", "{}", '{"a": [1, 2.5, null]}', "a,b\n1,x\n", '"', "a: 1\nb: [x]", "&a [*a]", "YQ==", "ann@example.com", "https://example.com/?q=1", "+14155552671",
    "(a+)+$", "a.b[0]", "[" * 300, "- " * 300, "9" * 400, "i", ",", "json", "US", "é\ud7ff", "%", "string", "{" * 50,
]  # fmt: skip
PLAIN: list[Any] = [
    None, True, False, 0, 1, -1, 2**31, 2**63 - 1, -(2**63), 2**63, 2**64, -(2**64), 10**5000, math.nan, math.inf, -math.inf, 1e308, -0.0, 1.5,
    b"", b"bytes", bytearray(b"x"), memoryview(b"view"), [], {}, (), set(), frozenset({1}), range(3), slice(1), ..., NotImplemented, 1j,
    {"a": 1}, {1: 2}, {"": 1}, {"\ud800": 1}, {None: None}, {"a": "\udc00"}, {(1, 2): 3}, {"$set": [1]}, {"$coded": 5}, {"$": {}},
    {"a": 1, "typo": 2}, {"a": 2**70}, {"contacts": 5}, {"contacts": [{"id": 5}]}, {"gadgets": [{}]}, {"wires": [{"from": "a"}]}, {"name": "m"},
    {"contacts": [{"id": "built", "value": 1}]}, {"name": "m", "build": {"contacts": [{"id": "x", "value": 1}]}},
    [1, 2, 3], [None], ["a", "b"], ["a"], [["a", 1]], [("a", 1)], [("a",)], ("x", "y"), {"x", "y"}, [{"a": [{}]}], [bl.Nothing], {"a": bl.Nothing},
    object, int, str, type, len, print, math, doubled, functools.partial(doubled), functools.lru_cache(doubled), abs, str.upper, lambda: 1,
    lambda x: x, lambda *x: x, lambda **x: x, lambda a, /, b=1, *, c: 1, bl.Nothing, bl.const(1), bl.Interval(0, 1), bl, bl.Network, bl.Contact,
    ValueError("no"), hostile.Color.RED, decimal.Decimal("sNaN"), decimal.Decimal("1e999999"),
    np.float64(1.5), np.int64(5), np.array([1, 2]), np.array([object()]), np.zeros((0, 3)), np.bool_(True),
    np.broadcast_to(np.float64(1), (10**7, 10**7)), np.array([1], dtype=[("x", "i4")]), np.datetime64("NaT"), np.longdouble(1),
    types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1}), types.MappingProxyType({"a": object()}),
]  # fmt: skip


def recursive_list() -> list[Any]:
    items: list[Any] = [1]
    items.append(items)
    return items


def recursive_dict() -> dict[str, Any]:
    items: dict[str, Any] = {"a": 1}
    items["self"] = items
    return items


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = wrap(value)
    return value


class Arguments:
    """Draws arguments for one world."""

    def __init__(self, random: Random, world: World) -> None:
        self.random = random
        self.world = world

    def one_of(self, items: Any) -> Any:
        return self.random.choice(list(items))

    def call(self, parameters: list[inspect.Parameter] | None, nasty: float) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments; `nasty` is how likely each is to be wrong."""
        random = self.random
        if parameters and parameters[0].name == "computation" and random.random() < 0.4:
            return self.native(nasty)
        if parameters is None or random.random() < nasty / 5:
            options = {self.string(): self.any() for _ in range(random.choice([0, 0, 1, 2]))}
            return [self.any() for _ in range(random.randrange(4))], options
        arguments: list[Any] = []
        options = {}
        for parameter in parameters:
            if parameter.kind is parameter.VAR_POSITIONAL:
                arguments += [self.any() for _ in range(random.randrange(3))]
            elif parameter.kind is parameter.VAR_KEYWORD:
                options |= self.keywords(nasty)
            elif parameter.default is not parameter.empty and random.random() < 0.5:
                if parameter.kind is parameter.POSITIONAL_ONLY:
                    break
            else:
                value = self.any() if random.random() < nasty else self.good(parameter.name)
                if parameter.kind is parameter.KEYWORD_ONLY or len(options) > 0:
                    options[parameter.name] = value
                else:
                    arguments.append(value)
        return arguments, options

    def native(self, nasty: float) -> tuple[list[Any], dict[str, Any]]:
        """A primitive with all its ports: contacts of the world, texts that some of them read, and now and then anything."""
        primitive = self.one_of(bl.primitives("data.*") if self.random.random() < 0.6 else bl.primitives())
        options: dict[str, Any] = {"on_error": self.one_of(["raise", "contain"])}
        for port in primitive["inputs"]:
            if port.required or self.random.random() < 0.3:
                sound = self.one_of(["a", "t", "list", "flag", bl.const(self.one_of(TEXTS)), {"a": 1}, [1]])
                options[port.name] = self.any() if self.random.random() < nasty else sound
        for port in primitive["outputs"]:
            options[port.name] = f"made/{self.random.randrange(5)}"
        for setting in primitive["settings"]:
            options[setting.name] = self.one_of(["k", self.any()])
        return [primitive["name"]], options

    def keywords(self, nasty: float) -> dict[str, Any]:
        drawn = self.random.random()
        if drawn < 0.4:
            return {"a": self.sound("a"), "b": self.sound("b"), "sum": self.one_of(["total2", "made/sum"])}
        if drawn < 0.8:
            return {}
        return {
            self.string(): self.any() if self.random.random() < nasty else 1 for _ in range(self.random.randrange(3))
        }

    def sound(self, path: str) -> Any:
        return self.one_of([path, 1, 2.5, bl.const(3)])

    def good(self, name: str) -> Any:  # noqa: C901 - one line per name
        """What a parameter of that name expects."""
        random, world = self.random, self.world
        paths = [
            "a",
            "b",
            "t",
            "flag",
            "empty",
            "peak",
            "low",
            "events",
            "g/x",
            "total",
            "copy",
            "g",
            "ratio",
            "/a",
            "x",
        ]
        match name:
            case "key" if random.random() < 0.3:
                return 0
            case "path" | "key" | "into" | "source" | "target" | "what" | "pattern" | "from_":
                if name == "source" and random.random() < 0.7:
                    return self.one_of(["s", {"name": "m", "build": {"contacts": [{"id": "x", "value": 1}]}}])
                if name == "pattern":
                    return self.one_of(["**", "*", "g/*", "a", "math.*"])
                return self.one_of(
                    [*paths, f"made/{random.randrange(5)}", *([self.any_known()] * 9 if random.random() < 0.1 else [])]
                )
            case "value" | "position" | "default" | "item" | "other" | "low":
                return self.one_of([1, 2.5, "text", None, [1, "x"], {"k": 1}, bl.Nothing, True, bl.Interval(1, 2)])
            case "high":
                return self.one_of([5, 6.5, math.inf])
            case "array":
                return np.array([1.5, 2.5])
            case "columns":
                return self.any()
            case "paths":
                return ["a", "b"]
            case "relation":
                return self.one_of(["calls", "before"])
            case "size":
                return 5
            case "delay":
                return self.one_of([0.5, None])
            case "dtype":
                return self.one_of(["float64", "int64", "bool"])
            case "boundary":
                return self.one_of([None, "input", "output"])
            case "values":
                return {"a": random.randrange(10), "b": 1.5}
            case "computation":
                return self.one_of(
                    ["math.add", "math.add", "stat.count", doubled, world.callback(lambda: 1), self.hostile_function()]
                )
            case "function" | "encode" | "decode":
                return self.one_of([lambda x: x, self.hostile_function()])
            case "driver":
                return self.one_of([Taker(), "taker"])
            case "batch" if random.random() < 0.7:
                return self.known(type(world.taken))
            case "attachments":
                return [bl.Attachment(Taker(), name=f"name{random.randrange(9)}")]
            case "drivers":
                return [Taker(), bl.MemoryCache()]
            case "context" | "command":
                return self.known(bl.Context if name == "context" else bl.Command)
            case "input":
                return self.known(bl.Input)
            case "network":
                return self.one_of(["main", "main", "other", world.net])
            case "group":
                return self.one_of(["g", ""])
            case "contact":
                return "x"
            case "state":
                return {"contacts": {"x": {"value": 1}}}
            case "content":
                return 5
            case "callback":
                return world.callback(lambda: None)
            case "request":
                return {"id": 1, "op": "query", "pattern": "*"}
            case "snapshot" | "id" | "tries":
                return 1
            case "arguments" | "attributes":
                return {}
            case "author":
                return "ann"
            case "tags":
                return ["home"]
            case "tick":
                return 1
            case "after":
                return ()
            case "on_failure":
                return "degraded"
            case "policy":
                return self.one_of(["block", "coalesce", "drop-oldest", "error"])
            case "retry_after" | "pause" | "max_lag":
                return 0.01
            case "reader":
                return self.one_of(
                    [one for one in world.objects if isinstance(one, bl.RowReader)] or [bl.RowReader.json_lines()]
                )
            case "chunk":
                return self.one_of(
                    [b'{"a": 1}\n', b"a,b\n1,2\n", b"", b"\xff\xfe", b'{"a": 1e999}\n{', b"a\n" * 20, b'{"typo": 1}\n']
                )
            case "build":
                return {"contacts": [{"id": f"built{random.randrange(3)}", "value": 1}]}
            case "blend":
                return self.one_of(["max", "min", "stream", "accept-last", None])
            case "kind":
                return self.one_of(["directed", "bidirectional"])
            case "on_error":
                return self.one_of(["raise", "contain"])
            case "name":
                return self.one_of(
                    [f"name{random.randrange(9)}", f"name{random.randrange(9)}", "taker", "store", "total"]
                )
            case "timeout" | "max_age":
                return self.one_of([0, 0.01, 1, None])
            case "network":
                return world.net
            case "interval":
                return self.one_of([0, 0.01])
            case "limit" | "max_pending":
                return self.one_of([1, 5, 1000])
            case "depth" | "index" | "history" | "max_records" | "max_bytes" | "batch":
                return self.one_of([0, 1, 5, 1000])
            case "store":
                return self.one_of([None, "memory:", str(world.folder / f"s{random.randrange(10**6)}.db")])
            case "scheduler" | "persist" | "sync" | "contradictions" | "clock":
                return {"scheduler": "immediate", "persist": "batch", "sync": "normal", "contradictions": "raise"}.get(
                    name
                )
            case "allow" | "null" | "text":
                return self.one_of([(), ["x"], {"x"}])
            case "cls":
                return type("Made", (), {})
            case "skip_bad" | "final" | "durable" | "force":
                return random.random() < 0.5
            case "delimiter":
                return self.one_of([",", ";"])
            case "inputs":
                return self.one_of([None, {"x": "a"}, {"total": "total"}])
            case "outputs":
                return self.one_of([None, "made/out", ["made/out"], {"out": "made/out"}])
            case _:
                return self.any()

    def known(self, cls: type) -> Any:
        """One of the world's objects of a class, if there is one."""
        found = [one for one in self.world.objects if type(one) is cls]
        return self.random.choice(found) if found else self.any()

    def any_known(self) -> Any:
        """An object of the world. A watch is closed: who goes through an open one waits for what nobody writes."""
        one = self.random.choice(self.world.objects)
        if isinstance(one, bl.Watch):
            one.close()
        return one

    def string(self) -> str:
        if self.random.random() < 0.02:
            return HUGE_NAME
        return str(self.random.choice(STRINGS))

    def any(self, depth: int = 0) -> Any:
        """Anything."""
        random = self.random
        drawn = random.random()
        if drawn < 0.25:
            return self.string()
        if drawn < 0.55:
            return random.choice(PLAIN)
        if drawn < 0.65 and self.world.objects:
            return self.any_known()
        if drawn < 0.72:
            return self.deep()
        if drawn < 0.95 or depth > 2:
            return self.hostile()
        return self.one_of(
            [
                [self.any(depth + 1)],
                {"k": self.any(depth + 1)},
                {self.string(): self.any(depth + 1)},
                (self.any(depth + 1), 1),
            ]
        )

    def deep(self) -> Any:
        depth = self.random.choice([DEEP, 119, 120, 121, 50_000])
        return self.one_of(
            [
                recursive_list,
                recursive_dict,
                lambda: nested(depth, lambda value: [value]),
                lambda: nested(depth, lambda value: {"k": value}),
                lambda: nested(depth, lambda value: (value,)),
                lambda: nested(min(depth, 500), lambda value: hostile.Record(lambda: None, value)),
            ]
        )()

    def hostile_function(self) -> Any:
        world = self.world
        return self.one_of(
            [
                world.callback(world.refuse),
                world.callback(world.touch),
                world.callback(lambda: self.any(3)),
                world.callback(hostile.failing_generator),
                hostile.Raising(),
                hostile.Nonsense(),
            ]
        )

    def hostile(self) -> Any:
        touch = self.world.touch
        if self.random.random() < 0.3:
            base = self.random.choice(hostile.RAISING_TYPES + hostile.PLAIN_TYPES)
            data: dict[type, Any] = {str: "a", int: 5, float: 1.5, bytes: b"x", dict: {"a": 1}}
            plain = base.__mro__[1]
            return base(data.get(plain, [1, "a"]))
        return self.one_of(
            [
                hostile.Raising,
                hostile.Nonsense,
                hostile.Endless,
                hostile.Liar,
                hostile.Unclassed,
                hostile.Metaclassed,
                lambda: hostile.Metaclassed,
                hostile.UnprintableError,
                hostile.shrinking_dict,
                hostile.growing_dict,
                hostile.shrinking_list,
                hostile.shrinking_set,
                hostile.failing_generator,
                lambda: hostile.Reentering(touch),
                lambda: hostile.Reentering(touch),
                lambda: hostile.Record(touch),
                lambda: [hostile.Record(touch)],
                lambda: {"a": hostile.Record(touch)},
                object,
                self.hostile_function,
            ]
        )()
