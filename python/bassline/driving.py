"""What a network does with drivers: it attaches them, asks them, and tells how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bassline._found import found, is_one_of
from bassline.dead_letters import DeadLetters
from bassline.drivers.attachment import Attachment, described
from bassline.errors import BasslineError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bassline.drivers import Compound, Driver
    from bassline.network import Network


class Driving:
    """A network's side towards its drivers."""

    def _network(self) -> Network:
        raise NotImplementedError

    @property
    def drivers(self) -> dict[str, dict[str, Any]]:
        """The drivers by name, with their state as plain data.

        >>> with bl.Network("shop.db") as net:
        ...     net.drivers["store"]["lag_records"], net.drivers["store"]["failure"]
        (0, None)
        """
        return self._network()._driver_status()  # noqa: SLF001

    def attach(  # noqa: PLR0913 - each is a keyword of its own
        self,
        driver: Driver | Compound,
        name: str | None = None,
        *,
        durable: bool = True,
        policy: str = "block",
        max_records: int | None = None,
        max_bytes: int | None = None,
        max_lag: float | None = None,
        max_age: float | None = None,
        batch: int | None = None,
        timeout: float | None = None,
        tries: int | None = None,
        pause: float | None = None,
        on_failure: str | None = None,
        snapshot: bool = True,
        after: tuple[str, ...] | list[str] | str = (),
    ) -> None:
        """Attach a driver: it is handed the network as it is, and every later tick, on a thread of its own.

        It is handed up to `batch` ticks at once, or what there is after `max_age` seconds. It may lag by `max_records`
        ticks, `max_bytes` bytes and `max_lag` seconds; what happens then is its `policy`: with `"block"` the next write
        waits, up to `timeout` seconds, with `"error"` it is refused, with `"coalesce"` the driver is handed the newest
        change of each contact, with `"drop-oldest"` the newest ticks, and with `"spill"` it may lag by any number, on
        the disk of a journal, and goes on where it was when it is attached under its name again. `flush` waits for it
        if it is `durable`. What may pass is tried `tries` times, `pause` seconds apart at first. When it has failed for
        good, `on_failure="fail-fast"` makes the next write raise, as it is for storage drivers, and with `"degraded"`
        the network goes on. It begins `after` those named, and ends before them.

        Raises:
            BasslineError: a driver of that name is attached, one of `after` is not, or a batch is open on this thread.
            DeclarationError: an option is none that there is.
            DriverError: its `initialize` raised.
            ValueTypeError: it has no `handle_changes`.

        >>> class Show(bl.Driver):
        ...     def handle_changes(self, batch):
        ...         for change in batch:
        ...             print(change.tick, change.path, change.new)
        >>> net = bl.Network()
        >>> net.attach(Show(), name="show", max_records=1_000)
        >>> _ = net.contact("price", 9.5)
        >>> net.flush()
        1 price 9.5
        """
        attachment = Attachment(
            driver,
            name,
            durable=durable,
            policy=policy,
            max_records=max_records,
            max_bytes=max_bytes,
            max_lag=max_lag,
            max_age=max_age,
            batch=batch,
            timeout=timeout,
            tries=tries,
            pause=pause,
            on_failure=on_failure,
            snapshot=snapshot,
            after=after,
        )
        self.attach_all([attachment])

    def attach_all(self, attachments: Iterable[Attachment]) -> None:
        """Attach several drivers at once: those that do not begin after each other begin at the same time.

        If one cannot begin, none is attached.

        Raises:
            BasslineError: drivers begin after each other in a circle; and whatever `attach` raises.

        >>> class Show(bl.Driver):
        ...     def handle_changes(self, batch):
        ...         print(batch.values)
        >>> net = bl.Network()
        >>> a, b = bl.Attachment(Show(), name="a", after=["b"]), bl.Attachment(Show(), name="b", after=["a"])
        >>> net.attach_all([a, b])
        Traceback (most recent call last):
            ...
        bassline.errors.BasslineError: drivers wait for each other to begin: a after b after a; take one out of `after`
        """
        network = self._network()
        network._attach([described(network, attachment) for attachment in attachments])  # noqa: SLF001

    def command(self, driver: str, name: str, timeout: float = 30.0, **arguments: Any) -> Any:
        """Have a driver do something of its own, between two batches, and answer what its `handle_command` does.

        Raises:
            BasslineError: there is no such driver, it takes no such command, or it did not answer in time.

        >>> class Counter(bl.Driver):
        ...     count = 0
        ...
        ...     def handle_changes(self, batch):
        ...         self.count += len(batch)
        ...
        ...     def handle_command(self, command):
        ...         if command.name == "reset":
        ...             self.count, before = command.arguments["to"], self.count
        ...             return before
        >>> net = bl.Network()
        >>> _ = net.contact("x", 1)
        >>> net.attach(Counter(), name="counter")
        >>> net.flush()
        >>> net.command("counter", "reset", to=0)
        1
        """
        return self._network()._ask(driver, "command", name, arguments, timeout)  # noqa: SLF001

    def health(self, driver: str, timeout: float = 1.0) -> dict[str, Any]:
        """How a driver is: its `state`, `failure`, `busy_for` in seconds, and in `says` what its own `health` answers.

        A driver that is busy for longer than `timeout` says nothing, and that is what is told.

        >>> class Wobbly(bl.Driver):
        ...     def handle_changes(self, batch): ...
        ...
        ...     def health(self):
        ...         return "one leg is short"
        >>> net = bl.Network()
        >>> net.attach(Wobbly(), name="table")
        >>> net.health("table")
        {'state': 'idle', 'failure': None, 'busy_for': None, 'says': 'one leg is short'}
        """
        state = self._state(driver)
        if "members" in state:
            says: Any = {name: self.health(f"{driver}/{name}", timeout)["says"] for name in state["members"]}
        else:
            try:
                says = self._network()._ask(driver, "health", "", {}, timeout)  # noqa: SLF001
            except BasslineError as error:
                says = str(error)
            state = self._state(driver)
        return {**{key: state[key] for key in ("state", "failure", "busy_for")}, "says": says}

    def stats(self, driver: str, timeout: float = 1.0) -> Any:
        """The figures of its own that a driver gives by its `stats`; `None` if it has none.

        Raises:
            BasslineError: there is no such driver, it raised, or it did not answer in time.

        >>> class Counts(bl.Driver):
        ...     changes = 0
        ...
        ...     def handle_changes(self, batch):
        ...         self.changes += len(batch)
        ...
        ...     def stats(self):
        ...         return {"changes": self.changes}
        >>> net = bl.Network()
        >>> net.attach(Counts())
        >>> _ = net.contact("x", 1)
        >>> net.flush()
        >>> net.stats("counts")
        {'changes': 1}
        """
        return self._network()._ask(driver, "stats", "", {}, timeout)  # noqa: SLF001

    def _state(self, driver: Any) -> dict[str, Any]:
        """The state of a driver, or of a member by its name within its compound."""
        drivers = self.drivers
        for name, state in drivers.items():
            if is_one_of(driver, name):
                return dict(state)
            if "members" in state and isinstance(driver, str) and driver.startswith(f"{name}/"):
                inner = state["members"].get(driver[len(name) + 1 :])
                if inner is not None:
                    return dict(inner)
        known = ", ".join(drivers) if drivers else "none"
        raise BasslineError(f"no driver named {found(driver)} is attached; there is: {known}")

    def dead_letters(self, driver: str | None = None) -> DeadLetters:
        """The ticks that a driver, or any, did not take and that were put aside: a sequence, oldest first.

        >>> class Picky(bl.Driver):
        ...     refuses = 13
        ...
        ...     def handle_changes(self, batch):
        ...         if self.refuses in batch.values:
        ...             raise ValueError("thirteen")
        >>> import contextlib
        >>> net, picky = bl.Network(), Picky()
        >>> net.attach(picky)
        >>> _ = net.contact("x", 13)
        >>> with contextlib.suppress(bl.DriverError):
        ...     net.flush()
        >>> letters = net.dead_letters("picky")
        >>> len(letters), letters[0].error
        (1, 'ValueError: thirteen')
        >>> picky.refuses = None
        >>> letters.requeue()
        1
        """
        return DeadLetters(self._network(), driver)
