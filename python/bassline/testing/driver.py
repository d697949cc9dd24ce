"""What every driver must do, as a suite that anyone's driver can be held to."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import bassline as bl
from bassline._found import found
from bassline.testing.storage import VALUES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PATHS = ["x", "grüße/日本/𝄞", "long/" + "ü" * 2_000, "deep/" * 40 + "end", "with space/and 'quotes'"]


def driver_conformance(
    make: Callable[[], Any],
    read: Callable[[Any], Mapping[str, Any]] | None = None,
    *,
    values: Mapping[str, Any] = VALUES,
    timeout: float = 10.0,
) -> list[str]:
    """Hold a driver to what every driver must do; answers the names of what was held.

    `make` gives a driver with nothing behind it, another one each time. With `read`, which answers what has reached
    the other side, by path, order and contents are held too. A storage driver is held to its `load`. Every kind of
    value in `values` is handed over; nothing may take longer than `timeout` seconds.

    Raises:
        AssertionError: the driver does something else; the message says what was expected and what was found.

    >>> from bassline.testing import driver_conformance
    >>> driver_conformance(bl.MemoryCache, read=dict)[:2]
    ['it takes the network as it is, then every tick in order', 'it takes every kind of value and any path']
    """
    held = []
    for check in _CHECKS:
        name = (check.__doc__ or check.__name__).rstrip(".")
        name = name[0].lower() + name[1:]
        case = _Case(make, read, values, timeout)
        try:
            check(case)
        except (AssertionError, bl.errors.BasslineError) as error:
            with contextlib.suppress(bl.DriverError):
                case.net.close(timeout=0)
            raise AssertionError(f"{name}: {error}") from error
        held.append(name)
    return held


class _Case:
    """A driver in a network, and how to see what has come out of it."""

    def __init__(self, make: Any, read: Any, values: Mapping[str, Any], timeout: float) -> None:
        self.driver, self.values, self.timeout = make(), values, timeout
        self.read = read
        self.net = bl.Network()

    def attach(self, **options: Any) -> None:
        self.net.attach(self.driver, name="driver", pause=0.001, timeout=self.timeout, **options)

    def flush(self) -> None:
        self.net.flush(timeout=self.timeout)

    def holds(self, what: str) -> None:
        """It holds what the network holds."""
        if self.read is None:
            return
        held = dict(self.read(self.driver))
        expected = {
            path: contact.value for path, contact in self.net.contacts.items() if contact.value is not bl.Nothing
        }
        for path, value in expected.items():
            if path not in held:
                raise AssertionError(f"{what}: expected {found(value)} at {found(path)}, found nothing")
            if held[path] != value or type(held[path]) is not type(value):
                raise AssertionError(f"{what}: expected {found(value)} at {found(path)}, found {found(held[path])}")

    def close(self) -> None:
        """Close, and say by name who does not come to an end; the driver's own error is the message."""
        done: list[BaseException | None] = []

        def close() -> None:
            try:
                self.net.close(timeout=self.timeout)
                done.append(None)
            except bl.DriverError as error:
                done.append(error)

        closing = threading.Thread(target=close, daemon=True)
        closing.start()
        closing.join(self.timeout * 2 + 1)
        if not done:
            raise AssertionError(f"expected it to shut down within {self.timeout} s, and it did not")
        if done[0] is not None:
            raise AssertionError(f"expected it to shut down, found: {done[0]}") from done[0]

    def stands(self) -> tuple[int, int] | None:
        """Up to which tick it has stored, if it is one that stores."""
        load = getattr(self.driver, "load", None)
        stored: Any = load() if callable(load) else None
        if hasattr(stored, "__await__"):
            stored.close()
            return None
        return None if stored is None else (stored.epoch, stored.tick)


class _Watched:
    """A driver of which every call is written down, and some are told to fail."""

    def __init__(self, driver: Any) -> None:
        self.driver, self.ends, self.fail_after = driver, 0, False
        self.handed: list[tuple[int, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)

    def handle_changes(self, batch: Any) -> Any:
        answer = self.driver.handle_changes(batch)
        if hasattr(answer, "__await__"):
            return self._awaiting(answer, batch)
        return self._after(answer, batch)

    async def _awaiting(self, answer: Any, batch: Any) -> Any:
        return self._after(await answer, batch)

    def _after(self, answer: Any, batch: Any) -> Any:
        self.handed.append(batch.ticks)
        if self.fail_after:
            self.fail_after = False
            raise MemoryError("the answer is lost")
        return answer

    def shutdown(self, force: bool) -> Any:
        self.ends += 1
        shutdown = getattr(self.driver, "shutdown", None)
        return shutdown(force) if callable(shutdown) else None


def _order(case: _Case) -> None:
    """It takes the network as it is, then every tick in order."""
    net = case.net
    net.contact("before", "attached")
    case.attach(batch=3)
    case.flush()
    case.holds("after it was attached")
    for number in range(50):
        net.update({"before": number}) if number % 2 else net.contact(f"n{number % 5}").erase()
        net.contact(f"n{number % 5}").value = number
        net.update({f"n{number % 5}": number + 0.5})
    case.flush()
    case.holds("after 150 ticks")
    state = net.drivers["driver"]
    _same("the last tick it took", net.tick, state["acknowledged_tick"])
    _same("its failure", None, state["failure"])
    case.close()


def _values(case: _Case) -> None:
    """It takes every kind of value and any path."""
    net = case.net
    case.attach()
    for name, value in case.values.items():
        net.contact(f"values/{name}", value)
    for number, path in enumerate(PATHS):
        net.contact(path, number)
    case.flush()
    case.holds("after every kind of value")
    for name in case.values:
        net.erase(f"values/{name}")
    case.flush()
    case.close()


def _emptiness(case: _Case) -> None:
    """It takes what is empty: a network without contacts, groups, and many changes at once."""
    net = case.net
    net.group("rooms")
    case.attach()
    case.flush()
    with net.batch():
        for number in range(2_000):
            net.contact(f"rooms/r{number}", number)
    net.remove("rooms")
    net.contact("x", 1)
    case.flush()
    case.holds("after a tick of 2,000 changes")
    case.close()


def _once(case: _Case) -> None:
    """It shuts down once, and can be attached again."""
    watched = _Watched(case.driver)
    case.driver = watched
    case.net.contact("x", 1)
    case.attach()
    case.flush()
    _same("how often it was shut down before its end", 0, watched.ends)
    case.net.detach("driver")
    _same("how often it was shut down", 1, watched.ends)
    case.attach()
    case.net["x"] = 2
    case.flush()
    case.close()
    _same("how often it was shut down, having been attached twice", 2, watched.ends)


def _restart(case: _Case) -> None:
    """It begins again after a failure, and takes nothing twice if it stores."""
    net, watched, read = case.net, _Watched(case.driver), case.read
    case.driver = watched
    if read is not None:
        case.read = lambda watched: read(watched.driver)
    net.contact("x", 0)
    case.attach(on_failure="fail-fast")
    case.flush()
    net["x"] = 1
    case.flush()
    watched.fail_after = True
    net["x"] = 2
    try:
        case.flush()
    except bl.DriverError:
        pass
    else:
        raise AssertionError("expected the failure to be told, and there was none")
    stands, taken = case.stands(), watched.handed[-1]
    if isinstance(watched.driver, bl.StorageDriver):
        _same("the tick that load answers with, after a batch was taken", net.tick, stands and stands[1])
    handed = len(watched.handed)
    net.restart("driver")
    net.flush(timeout=case.timeout)
    net["x"] = 3
    case.flush()
    again = [ticks for ticks in watched.handed[handed:] if ticks[0] <= taken[1]]
    if stands is not None:
        _same("batches handed over twice, as load has told that they were taken", [], again)
    case.holds("after a restart")
    case.close()


def _asked(case: _Case) -> None:
    """It answers for its health in words, for its figures with a mapping, and refuses commands politely."""
    net = case.net
    case.attach()
    net.contact("x", 1)
    case.flush()
    state = net.drivers["driver"]
    for method, kinds in (("health", (str, type(None))), ("stats", (dict, type(None)))):
        try:
            says = net._ask("driver", method, "", {}, case.timeout)  # noqa: SLF001 - net.health would not raise
        except bl.BasslineError as error:
            raise AssertionError(f"expected {method} to answer, found: {error}") from error
        if not isinstance(says, kinds):
            raise AssertionError(f"expected {method} to answer None or a {kinds[0].__name__}, found {found(says)}")
    try:
        net.command("driver", "a command that nobody knows", timeout=case.timeout, argument=[1])
    except bl.BasslineError as error:
        if "did not answer" in str(error):
            raise
    net["x"] = 2
    case.flush()
    case.holds("after it was asked")
    _same("its failure", state["failure"], net.drivers["driver"]["failure"])
    case.close()


def _same(what: str, expected: Any, actual: Any) -> None:
    if expected != actual:
        raise AssertionError(f"{what}: expected {found(expected)}, found {found(actual)}")


_CHECKS = [_order, _values, _emptiness, _once, _restart, _asked]

__all__ = ["driver_conformance"]
