"""One case: a world, and calls on it; after each it is seen whether the contract was kept."""

from __future__ import annotations

import functools
import inspect
import re
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import bassline as bl
from tests.fuzz import surface
from tests.fuzz.arguments import Arguments
from tests.fuzz.hostile import HostileError
from tests.fuzz.surface import Target
from tests.fuzz.world import World, snapshot

CALLS = 12
LONG = 5.0  # seconds
LONGEST_MESSAGE = 4_000
ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}")
NOT_WRITABLE = re.compile(r"not writable|cannot assign|no setter|has no attribute|read-only|can't set|object attribute")
COMMITTED_BEFORE = (
    "ingest",
    "flush",
    "close",
    "__exit__",
    "from_manifest",
    "detach",
    "attach",
)  # documented to do part of it
# Which errors besides the hierarchy are documented of what.
ALSO: dict[str, tuple[type[BaseException], ...]] = {
    "Batch.__getitem__": (IndexError,),
    "DeadLetters.__getitem__": (IndexError,),
    "MemoryCache.__getitem__": (KeyError,),
    "Driver.handle_changes": (NotImplementedError,),
    "StorageDriver.handle_changes": (NotImplementedError,),
    "BridgeDriver.start_listening": (NotImplementedError,),
    "Lattice.join": (NotImplementedError,),
    "Watch.__next__": (StopIteration,),
}


class BrokenContractError(AssertionError):
    """Something happened that must not."""


@dataclass
class Account:
    """What was reached, over all cases."""

    classes: dict[str, type] = field(default_factory=dict)
    called: Counter[str] = field(default_factory=Counter)
    succeeded: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def targets(self) -> dict[str, Target]:
        """Everything there is to call, by name, as far as it is known by now."""
        found = [*surface.functions()]
        for cls in [*surface.public_classes(), *self.classes.values()]:
            found += surface.members(cls)
        return {target.name: target for target in found}


class Case:
    """The calls of one seed and number."""

    def __init__(
        self,
        seed: int,
        number: int,
        folder: Path,
        account: Account,
        tell: Callable[[str], None],
        *,
        threads: bool = True,
    ) -> None:
        self.number = number
        self.random = Random(f"{seed}/{number}")
        self.account = account
        self.tell = tell
        self.world = World(self.random, folder, threads=threads)
        self.arguments = Arguments(self.random, self.world)

    def run(self) -> None:
        random, world = self.random, self.world
        for number in range(random.randint(2, CALLS)):
            if number == 0:
                self.step(self.on_the_tour(), nasty=0)
            else:
                self.step(self.draw())
            if not world.is_open:
                break
            world.check_works(number)
        if world.is_open and random.random() < 0.3:
            self.in_batch()
            if world.is_open:
                world.check_works(100)
        self.end()

    def end(self) -> None:
        world = self.world
        after, disturbed = snapshot(world.net), world.disturbed
        world.close()
        if world.disturbed != disturbed:  # what was let go of wrote
            return
        if snapshot(world.net) != after:
            raise BrokenContractError("closing changed contents")
        if world.store is not None:
            with bl.Network(world.store) as net:
                again = snapshot(net)
            difference = differing(stored(after), stored(again))
            if difference and not world.is_stored_in_part:
                raise BrokenContractError(f"reopened, it is another: {difference}")

    def in_batch(self) -> None:
        """The same inside a batch that commits, or is taken back."""
        world = self.world
        before = snapshot(world.net)
        disturbed = world.disturbed
        try:
            with world.net.batch():
                for _ in range(self.random.randint(1, 4)):
                    self.step(self.draw(), inside=True)
                if self.random.random() < 0.6:
                    raise StopIteration("take it back")  # noqa: TRY301
        except StopIteration:
            self.check_unchanged(before, disturbed, "a batch that is taken back")
        except BrokenContractError:
            raise
        except BaseException as error:  # noqa: BLE001 - a panic is one
            self.check_error("batch", error)
            self.check_unchanged(before, disturbed, "a batch that fails")

    def on_the_tour(self) -> tuple[Target, Any]:
        """What comes first: one callable after the other, so that soon each has been called."""
        found = sorted(self.account.targets().items())
        target = found[self.number % len(found)][1]
        if target.owner is None:
            return target, None
        receivers = [one for one in self.world.objects if isinstance(one, target.owner)]
        if receivers:
            return target, receivers[0]
        if issubclass(target.owner, BaseException):
            return target, target.owner(1)  # of Backpressure that is the seconds to wait
        return self.draw()

    def step(self, drawn: tuple[Target, Any], *, inside: bool = False, nasty: float | None = None) -> None:  # noqa: C901
        target, receiver = drawn
        if target.attribute == "attach" and not self.world.threads:
            return
        nasty = self.random.choice([0.0, 0.0, 0.3, 0.7, 1.0]) if nasty is None else nasty
        call = self.bound(target, receiver, nasty)
        if call is None:
            return
        world = self.world
        if receiver is world.net and target.attribute in ("close", "__exit__"):
            world.is_open = False
        world.is_watched |= target.attribute == "on_change"  # what a subscriber raises comes after the commit
        world.is_stored_in_part |= target.attribute in (
            "close",
            "detach",
            "attach",
        )  # too little time, no store any more
        if target.name in ("Watch.__next__", "Watch.get") and receiver.pending == 0:
            receiver.close()  # nobody else would end the wait
        before, disturbed, started = snapshot(world.net), world.disturbed, time.monotonic()
        self.account.called[target.name] += 1
        try:
            answer = call()
        except BaseException as error:
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            self.check_error(target.name, error)
            self.account.errors[type(error).__name__] += 1
            self.tell(f"  {type(error).__name__}: {shown(error)[:200]}")
            by_subscriber = isinstance(error, HostileError) and shown(error) == "__call__"  # called after the commit
            del error
            if not by_subscriber and not any(target.name.endswith(f".{one}") for one in COMMITTED_BEFORE):
                self.check_unchanged(before, disturbed, target.name)
        else:
            self.account.succeeded[target.name] += 1
            self.tell("  ok")
            if inspect.iscoroutine(answer):
                answer.close()
            self.keep(answer)
            if target.name == "LiveTable.follow":
                receiver.close()
            del answer
            self.tell("  let go")
        if not inside and world.is_open:
            world.settle()
        took = time.monotonic() - started
        if took > LONG:
            raise BrokenContractError(f"{target.name} took {took:.1f} s")
        if not inside:
            snapshot(world.net)

    def draw(self) -> tuple[Target, Any]:
        """What to call, on what; each callable as likely as any other, the network's own more so."""
        drawn = self.random.random()
        if drawn < 0.1:
            return self.random.choice(surface.functions()), None
        if drawn < 0.6:  # where most can go wrong: calls that take arguments, and writes
            owners = [self.world.net, self.world.net, *self.world.objects]
            receiver = self.random.choice(
                [one for one in owners if isinstance(one, (bl.Network, bl.Group, bl.Contact))]
            )
            return self.random.choice(weighty(type(receiver))), receiver
        receiver = self.random.choice(self.world.objects)
        return self.random.choice(members_of(type(receiver))), receiver

    def bound(self, target: Target, receiver: Any, nasty: float) -> Callable[[], Any] | None:
        if target.kind == "get":
            self.tell(f"{target.name} of {kind_of(receiver)}")
            return lambda: getattr(receiver, target.attribute)
        if target.kind == "everywhere":
            self.tell(f"{target.name} of {kind_of(receiver)}")
            return lambda: target.call(receiver)
        if target.kind == "set":
            value = self.arguments.good("value") if self.random.random() > nasty else self.arguments.any()
            self.tell(f"{target.name} of {kind_of(receiver)} to {kind_of(value)}")
            return lambda: setattr(receiver, target.attribute, value)
        if target.name == "Network.__exit__" or target.attribute in (
            "__reduce_ex__",
            "__dir__",
            "__sizeof__",
            "__format__",
        ):
            parameters = None
        else:
            parameters = surface.parameters(target.call, is_method=target.kind == "method")
        positional, options = self.arguments.call(parameters, nasty)
        if (
            target.name == "LiveTable.follow"
        ):  # on a thread of its own, where nobody sees what a hostile function raises
            positional, options = [self.random.choice([len, len, 5, None])], {}
        words = [kind_of(one) for one in positional] + [
            f"{name[:30]!a}={kind_of(one)}" for name, one in options.items()
        ]
        self.tell(f"{target.name} of {kind_of(receiver)} ({', '.join(words)})")
        if target.kind == "method":
            return lambda: target.call(receiver, *positional, **options)
        return lambda: target.call(*positional, **options)

    def keep(self, answer: Any) -> None:
        """What is answered is called too; an opened network is closed."""
        cls = type(answer)
        if issubclass(cls, bl.Network) and not any(answer is one for one in self.world.objects):
            answer.close(timeout=2)
        elif surface.is_ours(cls) and cls is not bl.Change:
            if "[" not in cls.__name__:
                self.account.classes.setdefault(cls.__name__, cls)
            self.world.objects.append(answer)

    def check_error(self, name: str, error: BaseException) -> None:
        allowed: tuple[type[BaseException], ...] = (bl.BasslineError, HostileError, TypeError, *ALSO.get(name, ()))
        text = shown(error)
        problem = ""
        if name.endswith("Error.__str__") and isinstance(error, RecursionError):
            return  # of an error that was made with a very deep list
        if name.endswith("|pickle") and "pickle" in text:
            return  # of what was put into it
        if name.endswith("=") and isinstance(error, AttributeError) and NOT_WRITABLE.search(text):
            return
        if not isinstance(error, allowed) and not is_hostile(error):
            problem = "is no error of ours"
        elif isinstance(error, bl.BasslineError) and ADDRESS.search(text) and "hostile" not in text:
            problem = "names an address"
        elif isinstance(error, bl.BasslineError) and len(text) > LONGEST_MESSAGE:
            problem = f"has {len(text)} characters"
        if problem:
            trace = "".join(traceback.format_exception(error))[-3000:] if not is_hostile(error) else ""
            raise BrokenContractError(f"{name}: {type(error).__name__} {problem}: {text[:300]}\n{trace}")

    def check_unchanged(self, before: dict[str, Any], disturbed: int, name: str) -> None:
        if self.world.disturbed != disturbed or self.world.is_watched:
            return
        difference = differing(before, snapshot(self.world.net))
        if difference:
            raise BrokenContractError(f"{name} failed and changed the network: {difference}")


def stored(state: dict[str, Any]) -> dict[str, Any]:
    """What a store keeps: contradictions and faults are of the process."""
    return state | {"contacts": {path: contact[:-2] for path, contact in state["contacts"].items()}}


def is_hostile(error: BaseException | None) -> bool:
    """Whether a hostile object raised it, or answered the nonsense that Python refuses."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, HostileError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def shown(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001
        return "unprintable"


def differing(before: dict[str, Any], after: dict[str, Any]) -> str:
    for key, old in before.items():
        new = after[key]
        if old != new:
            if isinstance(old, dict):
                paths = [path for path in {*old, *new} if old.get(path) != new.get(path)]
                return f"{key} {sorted(paths)[:3]}: {[(old.get(path), new.get(path)) for path in sorted(paths)[:3]]!s:.600}"
            return f"{key}: {old!s:.300} is now {new!s:.300}"
    return ""


@functools.cache
def members_of(cls: type) -> list[Target]:
    return surface.members(cls) if surface.is_ours(cls) else plain_members(cls)


@functools.cache
def weighty(cls: type) -> list[Target]:
    settable = {"value"}
    return [one for one in members_of(cls) if one.kind == "method" or (one.kind == "set" and one.attribute in settable)]


def plain_members(cls: type) -> list[Target]:
    ours = next((one for one in cls.__mro__ if surface.is_ours(one)), None)
    if ours is not None:
        return surface.members(ours)
    return [Target(f"{cls.__name__}()", cls, "method", "__call__", cls.__call__)]  # type: ignore[attr-defined]


def kind_of(value: Any, depth: int = 0) -> str:
    """A value in few words, without asking it."""
    kind = type(value)
    if any(kind is one for one in (bool, int, float, str, bytes, type(None))):
        if kind is int and value.bit_length() > 200:
            return "huge int"
        text = ascii(value)
        return text if len(text) <= 40 else f"{text[:37]}... ({len(text)})"
    name = type.__getattribute__(kind, "__name__")
    if kind is dict and depth < 3:
        shown = [f"{kind_of(key, depth + 1)}: {kind_of(item, depth + 1)}" for key, item in list(value.items())[:3]]
        return f"{{{', '.join(shown)}}} of {len(value)}"
    if any(kind is one for one in (list, tuple)) and depth < 3:
        return f"[{', '.join(kind_of(item, depth + 1) for item in value[:3])}] of {len(value)}"
    if surface.is_ours(kind) and name in ("Contact", "Network"):
        return repr(value)[:60]
    return str(name)
