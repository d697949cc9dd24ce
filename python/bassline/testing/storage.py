"""What every store must do, as a suite that any store can be held to."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import bassline as bl
from bassline._found import found

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "int": 2**63 - 1,
    "float": 0.1,
    "whole float": 1.0,
    "infinity": float("-inf"),
    "text": "grüße \x00 \n 日本 𝄞",
    "empty text": "",
    "bytes": b"\x00\xff",
    "list": [1, 1.0, True, None, "1", [], {}],
    "map": {"a/b": {"": [b"x"]}, "$set": [1]},
    "set": {1, "1", 2.5},
    "interval": bl.Interval(1, 2),
    "date": dt.date(2026, 11, 20),
    "decimal": Decimal("1.10"),
}
NAMES = ["main", "grüße 日本", "a/b", "x" * 300, "'; DROP TABLE network; --", " "]


def storage_conformance(new_url: Callable[[], str]) -> list[str]:
    """Hold a store to what every store must do; answers the names of what was held.

    `new_url` gives the URL of a store that is not there yet, another one each time.

    Raises:
        AssertionError: the store does something else; the message says what was expected and what was found.

    >>> import itertools
    >>> from bassline.testing import storage_conformance
    >>> numbers = itertools.count()
    >>> storage_conformance(lambda: f"memory:docs-{next(numbers)}")[:2]
    ['values come back as they were', 'a network comes back whole']
    """
    held = []
    for check in _CHECKS:
        name = (check.__doc__ or check.__name__).rstrip(".").replace("`", "")
        name = name[0].lower() + name[1:]
        try:
            check(new_url())
        except (AssertionError, bl.errors.BasslineError) as error:
            raise AssertionError(f"{name}: {error}") from error
        held.append(name)
    return held


def _same(what: str, expected: Any, actual: Any) -> None:
    same = type(expected) is type(actual) and expected == actual
    if not same:
        raise AssertionError(f"{what}: expected {found(expected)}, found {found(actual)}")


def _refused(what: str, operation: Callable[[], Any]) -> None:
    try:
        operation()
    except bl.StorageError:
        return
    raise AssertionError(f"{what}: expected StorageError, and there was none")


def _told(net: bl.Network) -> dict[str, Any]:
    """What a network holds and is, by paths."""
    contacts = {
        path: (
            contact.value,
            contact.version,
            contact.blend,
            contact.attributes,
            str(contact.contradiction),
            contact.fault,
        )
        for path, contact in net.contacts.items()
    }
    groups = {path: group.attributes for path, group in net.groups.items()}
    return {
        "contacts": contacts,
        "groups": groups,
        "wires": sorted(net.wires),
        "gadgets": sorted(net.gadgets),
        "links": sorted(net.links),
        "tick": net.tick,
    }


def _same_network(what: str, expected: dict[str, Any], actual: dict[str, Any]) -> None:
    for part, value in expected.items():
        _same(f"{what}, {part}", value, actual[part])


def _build(net: bl.Network) -> None:
    with net.batch("build", position={"row": 7}):
        net.group("sensors/kitchen", author="ann", tags=["home"])
        net.contact("sensors/kitchen/heat", 21.5, unit="°C")
        net.contact("peak", blend="max")
        net.contact("events", blend="stream")
        net.contact("empty")
        net.wire("sensors/kitchen/heat", "peak", kind="directed")
        net.wire("left", "right")
        net.gadget("stat.mean", value="events", mean="mean")
        net.gadget("math.add", name="more", a="peak", b=1, sum="sums/one")
        net.link("left", "peak", "knows", strength=0.5)
    for number in (4, 8, 9):
        net["events"] = number
    net["left"] = "here"
    net["peak"] = "no number"


def _values(url: str) -> None:
    """Values come back as they were."""
    with bl.Network(url) as net:
        for name, value in VALUES.items():
            net.contact(name, value)
        written = {name: net[name] for name in VALUES}
    with bl.Network(url) as net:
        for name, value in written.items():
            _same(name, value, net[name])


def _whole(url: str) -> None:
    """A network comes back whole."""
    with bl.Network(url) as net:
        _build(net)
        before = _told(net)
    with bl.Network(url) as net:
        _same_network("after opening it again", before, _told(net))
        _same("the position of a source", {"row": 7}, net.position("build"))
        net["events"] = 3
        _same("the mean of all that was ever counted", 6.0, net["mean"])
        net.remove("left")
        net.remove("sensors")
        after = _told(net)
    with bl.Network(url) as net:
        _same_network("after removing", after, _told(net))


def _by_name(url: str) -> None:
    """Networks are kept by name."""
    for number, name in enumerate(NAMES):
        with bl.Network(url, name=name) as net:
            net.contact("own", number)
    with bl.Network(url, name=NAMES[0]) as net:
        storage = net.storage
        _same("the networks", sorted(NAMES), storage.list_networks())
        _refused("deleting a network that is open", lambda: storage.delete_network(NAMES[0]))
        _same("deleting a network", True, storage.delete_network(NAMES[1]))
        _same("deleting it again", False, storage.delete_network(NAMES[1]))
        _same("whether it is there", False, storage.exists(NAMES[1]))
        _refused("opening a network twice", lambda: bl.Network(url, name=NAMES[0]))
        for number, name in enumerate(NAMES):
            if number != 1:
                _same(f"the content of network {found(name)}", number, storage.load_contact_content(name, "", "own"))


def _contents(url: str) -> None:
    """Contents and groups are read and written by name."""
    with bl.Network(url) as net:
        _build(net)
        storage = net.storage
        storage.save_contact_content("main", "", "peak", 3)
        _same("a content that its blend would not take", 3, storage.load_contact_content("main", "", "peak"))
        state = storage.load_group_state("main", "sensors")
        _same("the groups of an author", ["sensors/kitchen"], storage.query_groups("main", author="ann", tags=["home"]))
        _same("the groups of another", [], storage.query_groups("main", author="bob"))
        _same("deleting a group", True, storage.delete_group_state("main", "sensors"))
        _same("deleting it again", False, storage.delete_group_state("main", "sensors"))
        storage.save_group_state("main", "sensors", state)
        _same("the state of a group that was saved", state, storage.load_group_state("main", "sensors"))
        storage.save_network_state("copy", storage.load_network_state("main"))
        _same("the state of a copy", storage.load_network_state("main"), storage.load_network_state("copy"))


def _snapshots(url: str) -> None:
    """Snapshots are kept with labels, brought back, and let go."""
    with bl.Network(url, max_snapshots=2) as net:
        _build(net)
        before = _told(net)
        taken = [net.snapshot(label) for label in ("one", "two", "")]
        _same("the labels that are kept", ["two", ""], [snapshot.label for snapshot in net.snapshots()])
        _refused("restoring a snapshot that is not kept", lambda: net.restore(taken[0]))
        net.remove("peak")
        net["left"] = "gone"
    with bl.Network(url) as net:
        net.restore(taken[1].id)
        _same("the contents restored", _values_of(before), _values_of(_told(net)))
        _same("the gadgets restored", before["gadgets"], _told(net)["gadgets"])
        after = _told(net)
        _same("deleting a snapshot", True, net.storage.delete_snapshot("main", taken[1].id))
        _same("deleting it again", False, net.storage.delete_snapshot("main", taken[1].id))
        fresh = net.snapshot("again").id
        _same("that a number is given once", True, fresh > taken[2].id)
        _same("deleting the newest snapshot", True, net.storage.delete_snapshot("main", fresh))
        newest = net.snapshot("newest").id
        _same("that the number of the newest is given once", True, newest > fresh)
        _same("deleting the newest again", True, net.storage.delete_snapshot("main", newest))
    with bl.Network(url) as net:
        _same_network("after opening it again", after, _told(net))
        _same("that a number is given once, whoever opened it", True, net.snapshot("last").id > newest)


def _values_of(told: dict[str, Any]) -> dict[str, Any]:
    return {path: contact[0] for path, contact in told["contacts"].items()}


def _past(url: str) -> None:
    """The past is told tick by tick."""
    with bl.Network(url) as net:
        if not net.storage.capabilities()["history"]:
            return
        _build(net)
        seen = {net.tick: _told(net)}
        for number in range(20):
            net["left"] = number
            if number % 5 == 0:
                net.contact(f"made/{number}", number)
            if number % 7 == 6:
                net.remove(net.contacts.match("made/*")[0])
            seen[net.tick] = _told(net)
        net.flush()
        for tick, told in seen.items():
            _same_network(f"as of tick {tick}", told, _told(net.as_of(tick)))
        _refused("a tick that is not there yet", lambda: net.as_of(net.tick + 1))
    with bl.Network(url) as net:
        history = [change.new for change in net.history("left", limit=21)]
        _same("the history of a contact", [*reversed(range(20)), "here"], history)
        _same("what was there before", 18, net.history("left", limit=1)[0].old)


class _Picky(bl.Driver):
    """Takes no text, unless it is told to."""

    def __init__(self, *, texts: bool = False) -> None:
        self.texts = texts
        self.taken: list[Any] = []

    def handle_changes(self, batch: bl.Batch) -> None:
        if not self.texts and any(isinstance(value, str) for value in batch.values):
            raise ValueError("a text")
        self.taken += [(change.path, change.new) for change in batch]


def _with(url: str, driver: bl.Driver, work: Callable[[bl.Network], None]) -> list[bl.DeadLetter]:
    """Let a network work with a driver; answers its dead letters."""
    with contextlib.suppress(bl.DriverError), bl.Network(url) as net:
        net.attach(driver, name="picky", snapshot=False, batch=1, max_age=0)
        work(net)
    with bl.Network(url) as net:
        return list(net.dead_letters("picky"))


def _letters(url: str) -> None:
    """Dead letters are kept, tried once more with the names of then, and let go."""

    def work(net: bl.Network) -> None:
        net.contact("gone", "one")
        net.contact("number", 1)
        net.contact("text", "two")
        net.remove("gone")

    letters = _with(url, _Picky(), work)
    told = [[(change.path, change.new) for change in letter.changes] for letter in letters]
    _same("the letters", [[("gone", "one")], [("text", "two")]], told)
    _same("what the driver said", {"ValueError: a text"}, {letter.error for letter in letters})
    with bl.Network(url) as net:
        _same("requeueing", 1, net.dead_letters().requeue(letters[:1]))
    driver = _Picky(texts=True)
    left = _with(url, driver, bl.Network.flush)
    _same("what is tried once more", [("gone", "one")], driver.taken)
    _same("the letters that are left", [letters[1].id], [letter.id for letter in left])
    with bl.Network(url) as net:
        _same("letting go", 1, net.dead_letters().purge())
        _same("letting go again", 0, net.dead_letters().purge(letters))
    again = _with(url, _Picky(), lambda net: net.update({"text": "three"}))
    _same("that a number is given once", True, [letter.id > letters[1].id for letter in again] == [True])


_CHECKS = [_values, _whole, _by_name, _contents, _snapshots, _past, _letters]

__all__ = ["storage_conformance"]
