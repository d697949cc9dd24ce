"""The network: one live, durable, explainable graph of values."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, Self

from bassline import _core
from bassline._found import found, is_one_of
from bassline._urls import url_of
from bassline.columns import Columns
from bassline.driving import Driving
from bassline.errors import (
    BasslineError,
    DeclarationError,
    DriverError,
    GadgetError,
    UnknownContactError,
    ValueTypeError,
)
from bassline.live_table import LiveTable
from bassline.mappings import Handles
from bassline.measuring import Measuring
from bassline.schedulers import BatchScheduler, Scheduler, scheduler_of
from bassline.scope import Group, Scope
from bassline.storage import Storage
from bassline.waiting import Waiting
from bassline.watch import Watch
from bassline.why import Why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType, TracebackType

    from bassline.testing import ManualClock


class Network(_core.Network, Scope, Driving, Measuring, Waiting):
    """A network of contacts, wires and gadgets, in memory or in a store.

    `store` is a file name (`"shop.db"`, `"sqlite:shop.db"`) or nothing for memory; opening a file gives the whole
    network back, gadgets included, and fires nothing; `"memory:shop"` is a store that all of this process share. With
    `persist="batch"` ticks are stored in the background, up to `batch_size` in one transaction, and `flush()` waits for
    them; `"immediate"` makes each write wait until it is stored; with `"interval"` they are stored every `interval`
    seconds, with `"manual"` when `flush()`, `snapshot()` or `close()` asks. Every `snapshot_interval` seconds a
    snapshot is taken if there is something new; the newest `max_snapshots` are kept. `contradictions="raise"` rolls a
    tick back that a contact cannot join. `scheduler` says when writes become ticks, `clock` what time it is.

    Raises:
        StorageError: the store cannot be opened.

    >>> net = bl.Network()
    >>> price, qty = net.contact("price", 9.5), net.contact("qty", 3)
    >>> total = net.contact("total")
    >>> _ = net.gadget("math.multiply", a=price, b=qty, product=total)
    >>> total.value == 28.5 == net["total"]
    True
    """

    allow: frozenset[str]
    """What its gadgets may reach outside: nothing asks for it yet."""

    def __new__(  # noqa: PLR0913 - each is a keyword of its own
        cls,
        store: str | os.PathLike[str] | None = None,
        *,
        name: str = "main",
        persist: str = "batch",
        batch_size: int | None = None,
        interval: float | None = None,
        snapshot_interval: float | None = None,
        max_snapshots: int | None = None,
        sync: str = "full",
        scheduler: str | Scheduler = "immediate",
        allow: Iterable[str] = (),
        contradictions: str = "record",
        history: int = 10_000,
        clock: ManualClock | None = None,
    ) -> Self:
        """Open a network; see the class."""
        chosen = scheduler_of(scheduler)
        if clock is not None and not isinstance(clock, _core.ManualClock):
            raise DeclarationError(
                f"clock must be None, the machine's clock, or a bassline.testing.ManualClock; found {found(clock)}"
            )
        if isinstance(allow, str):
            raise DeclarationError(
                f"allow is a collection of names, such as {{{found(allow)}}}; found the string {found(allow)}"
            )
        capabilities = frozenset(allow)
        network = super().__new__(
            cls,
            url_of(store),
            name=name,
            persist=persist,
            batch_size=batch_size,
            interval=interval,
            snapshot_interval=snapshot_interval,
            max_snapshots=max_snapshots,
            sync=sync,
            contradictions=contradictions,
            history=history,
            clock=clock,
        )
        network.allow = capabilities
        network.scheduler = chosen
        return network

    @property
    def scheduler(self) -> Scheduler:
        """When writes become ticks. It may be changed at any time: what waits is committed before.

        Raises:
            BasslineError: on changing it, a batch is open on this thread; and whatever committing what waits raises.

        >>> net = bl.Network()
        >>> x = net.contact("x", 1)
        >>> net.scheduler = "transactional"
        >>> x.value = 2
        >>> net.scheduler = bl.BatchScheduler(size=100, delay=0.5)
        >>> net.scheduler, net.tick
        (BatchScheduler(size=100, delay=0.5), 2)
        """
        name, size, delay = self._scheduler()
        return BatchScheduler(size, delay) if name == "batch" else scheduler_of(name)

    @scheduler.setter
    def scheduler(self, scheduler: str | Scheduler) -> None:
        chosen = scheduler_of(scheduler)
        if isinstance(chosen, BatchScheduler):
            self._set_scheduler(chosen.name, chosen.size, chosen.delay)
        else:
            self._set_scheduler(chosen.name, 0, None)

    def _scope(self) -> tuple[Network, _core.GroupHandle | None]:
        return self, None

    def _network(self) -> Network:
        return self

    @classmethod
    def from_manifest(cls, source: Any, store: str | os.PathLike[str] | None = None, **options: Any) -> Self:
        """Open a network and declare in it what a manifest names; `source` is a path, YAML or JSON text, or a dict.

        Raises:
            ManifestError: the manifest cannot be understood; the message says where.

        >>> gadget = {"primitive": "math.add", "inputs": {"a": "price", "b": 1}, "outputs": {"sum": "more"}}
        >>> build = {"contacts": [{"id": "price", "value": 9.5}], "gadgets": [gadget]}
        >>> net = bl.Network.from_manifest({"name": "pricing", "build": build})
        >>> net["more"]
        10.5
        """
        from bassline.manifest import load_into  # noqa: PLC0415 - only who has a manifest pays for reading it
        from bassline.manifest.functions import importable  # noqa: PLC0415

        with importable(source) as manifest:  # the functions of stored gadgets are found there too
            network = cls(store, **options)
            try:
                load_into(network, manifest)
            except BaseException as error:
                network._close_after(error)
                raise
            return network

    @property
    def contacts(self) -> Handles[_core.Contact]:
        """The contacts by path.

        >>> net = bl.Network()
        >>> _ = net.contact("sensors/kitchen", 21.0), net.contact("sensors/attic", 17.5)
        >>> {path: contact.value for path, contact in net.contacts.items()}
        {'sensors/kitchen': 21.0, 'sensors/attic': 17.5}
        """
        return Handles("contacts", lambda: self._contact_paths(None), self._contact)

    @property
    def groups(self) -> Handles[Group]:
        """The groups by path.

        >>> net = bl.Network()
        >>> _ = net.contact("sensors/kitchen/peak")
        >>> list(net.groups)
        ['sensors', 'sensors/kitchen']
        """
        return Handles("groups", self._group_paths, lambda path: Group(self, self._group(path)))

    @property
    def gadgets(self) -> Handles[_core.Gadget]:
        """The gadgets by path: their group's, and their name or what they compute of what.

        >>> net = bl.Network()
        >>> _ = net.gadget("math.add", name="more", a="x", b=1, sum="y")
        >>> net.gadgets["more"].inputs
        {'a': 'x', 'b': '(1)'}
        """
        return Handles("gadgets", self._gadget_paths, self._gadget)

    @property
    def wires(self) -> Handles[_core.Wire]:
        """The wires by their ends: `a->b` or `a<->b`.

        >>> net = bl.Network()
        >>> _ = net.wire("a", "b"), net.wire("b", "c", kind="directed")
        >>> list(net.wires)
        ['a<->b', 'b->c']
        """

        def key(wire: _core.Wire) -> str:
            return ("{}->{}" if wire.kind == "directed" else "{}<->{}").format(*wire.ends)

        def find(path: str) -> _core.Wire:
            for wire in self._wires():
                if is_one_of(path, key(wire)):
                    return wire
            raise UnknownContactError(f"no wire {found(path)}; wires are named by their ends, as 'a->b' or 'a<->b'")

        return Handles("wires", lambda: [key(wire) for wire in self._wires()], find)

    @property
    def contradictions(self) -> dict[str, _core.Contradiction]:
        """The contradictions of all contacts, by path.

        >>> net = bl.Network()
        >>> _ = net.contact("peak", 21.5, blend="max")
        >>> net["peak"] = "hot"
        >>> {path: found.incoming for path, found in net.contradictions.items()}
        {'peak': 'hot'}
        """
        return {found.path: found for found in self._contradictions()}

    @property
    def links(self) -> Handles[_core.Link]:
        """The links by their ends and relation: `a-[calls]->b`.

        >>> net = bl.Network()
        >>> _ = net.link("f", "g", "calls")
        >>> list(net.links), net.links["f-[calls]->g"].relation
        (['f-[calls]->g'], 'calls')
        """

        def known() -> dict[str, _core.Link]:
            return {f"{link.ends[0]}-[{link.relation}]->{link.ends[1]}": link for link in self._links()}

        def find(path: str) -> _core.Link:
            links = known()
            if is_one_of(path, *links):
                return links[path]
            raise UnknownContactError(f"no link {found(path)}; links are named by ends and relation, as 'a-[calls]->b'")

        return Handles("links", lambda: list(known()), find)

    def remove(self, what: str | _core.Contact | _core.Gadget | _core.Wire | _core.Link | Group) -> None:
        """Remove a contact, group, gadget or wire: one tick.

        A contact's wires go with it, and every gadget bound to it; what those had written last is lost.

        >>> net = bl.Network()
        >>> net.contact("x", 1)
        <Contact 'x' = 1>
        >>> net.remove("x")
        >>> "x" in net
        False
        """
        self._remove(what._handle if isinstance(what, Group) else what)  # noqa: SLF001

    @contextmanager
    def batch(self, source: str | None = None, position: Any = None) -> Iterator[None]:
        """Make everything inside one tick; an exception rolls it all back.

        `source` names who writes; `position` is where its reader stands, stored in the same transaction as the tick and
        given back by `net.position(source)`.

        >>> net = bl.Network()
        >>> x = net.contact("x", 1)
        >>> with net.batch():
        ...     x.value = 2
        ...     x.value = 3
        >>> net["x"], net.tick
        (3, 2)
        """
        depth = self._batch_depth()
        try:  # entering too, as Ctrl-C may come between it and the next line
            self._enter_batch(source, position)
            yield
            self._exit_batch(depth, commit=True)
        except BaseException:
            self._exit_batch(depth, commit=False)
            raise

    def reload(self, what: ModuleType | str | Callable[..., Any]) -> list[str]:
        """Bind gadgets to the newest code of their functions, which fire: one tick. Returns the gadgets' paths.

        `what` is a module or its name, which is imported again, or a function, to which all gadgets of its import path
        are bound, as those of a notebook's cell. If anything fails, everything stays as it was, the module too.

        Raises:
            DeclarationError: a gadget's function is gone, or the module is a script or not imported.
            ConflictError: a function has other parameters than its gadget was declared with.
            GadgetError: a new function failed on what its inputs hold.

        >>> def gross(total):
        ...     return total * 1.2
        >>> net = bl.Network()
        >>> _ = net.contact("total", 100)
        >>> _ = net.gadget(gross)
        >>> def gross(total):
        ...     return total * 1.5
        >>> net.reload(gross), net["gross"]
        (['gross'], 150.0)
        """
        from bassline.reloading import reload  # noqa: PLC0415 - seldom needed

        return reload(self, what)

    def on_change(self, pattern: str, function: Callable[[_core.Change], Any]) -> Callable[[], None]:
        """Call `function` with each change of contacts of a pattern, after its tick; answers an `unsubscribe`.

        Raises:
            ValueTypeError: `function` cannot be called.

        >>> net = bl.Network()
        >>> x = net.contact("x", 1)
        >>> unsubscribe = net.on_change("*", lambda change: print(change.path, change.old, change.new))
        >>> x.value = 2
        x 1 2
        >>> unsubscribe()
        """
        if not callable(function):
            raise ValueTypeError(f"a subscriber is a function of one change; found {found(function)}")
        number = self._subscribe(pattern, function)
        return lambda: self._unsubscribe(number)

    def watch(self, pattern: str, *, max_pending: int = 10_000) -> Watch:
        """Watch the contacts of a pattern: their changes from now on, for `for`, `async for` or `get`; see `bl.Watch`.

        At most `max_pending` changes wait to be taken, and one of each contact; a slow watcher delays nobody.

        Raises:
            BasslineError: the network is closed, or shows the past.
            DeclarationError: `max_pending` is 0.

        >>> net = bl.Network()
        >>> _ = net.declare({"sensors/kitchen": 21.0, "sensors/attic": 17.5, "price": 9.5})
        >>> with net.watch("sensors/*") as watch:
        ...     net.update({"price": 10, "sensors/attic": 18.0})
        ...     print(watch.get(timeout=1), watch.pending)
        <Change tick 2: sensors/attic from 17.5 to 18.0> 0
        """
        return Watch(self, pattern, max_pending=max_pending)

    def table(self, pattern: str = "**", *, limit: int = 30, interval: float = 0.2) -> LiveTable:
        """The contacts of a pattern as a table, which in a notebook follows the network; see `bl.LiveTable`.

        >>> net = bl.Network()
        >>> _ = net.declare({"price": 9.5, "qty": 3})
        >>> print(net.table("p*"))
        p*: 1 contact, tick 1
        contact  value  blend        tick
        price    9.5    accept-last  1
        """
        return LiveTable(self, pattern, limit=limit, interval=interval)

    def columns(self, paths: Iterable[str | _core.Contact]) -> Columns:
        """Some contacts as one column of numbers, written and read by NumPy arrays.

        Raises:
            UnknownContactError: no contact has one of the paths.

        >>> import array
        >>> net = bl.Network()
        >>> columns = net.columns(net.declare(["x", "y"]))
        >>> columns.set(array.array("d", [1.5, 2.5]))
        >>> net["x"], net["y"]
        (1.5, 2.5)
        """
        # One by one: an iterable may lie about its length.
        return Columns(self._columns(tuple(path for path in paths)))

    def why(self, path: str | _core.Contact, depth: int = 5, *, events: int = 3, before: int | None = None) -> Why:
        """Why a contact holds what it holds: its derivation, to a depth.

        Of what was made of several events or changes, as a sum is, the newest `events` are told and how many there are;
        with `before`, of the contact itself those from before that tick.

        >>> net = bl.Network()
        >>> _ = net.gadget("math.add", a=net.contact("x", 1), b=2, sum="y")
        >>> print(str(net.why("y")).splitlines()[0])
        y = 3  (by math.add(a=x, b=(2), sum=y), tick 2)
        """
        return Why(self._why(path.path if isinstance(path, _core.Contact) else path, depth, events, before))

    def as_of(self, tick: int) -> Network:
        """The network as it was after a tick, to be read like any other; it cannot be written.

        Raises:
            StorageError: the tick is not there any more, or not yet; the message says which there are.

        >>> with bl.Network("prices.db") as net:
        ...     price = net.contact("price", 9.5)
        ...     price.value = 10
        ...     before = net.as_of(1)
        ...     print(before["price"], before.tick)
        9.5 1
        """
        network: Network = _core.Network.__new__(Network, past=self, tick=tick)  # type: ignore[call-arg]
        network.allow = frozenset()
        return network

    @property
    def storage(self) -> Storage:
        """The store the network is in, with all its networks; see `bl.NetworkStorage`.

        >>> with bl.Network("shop.db") as net:
        ...     _ = net.contact("price", 9.5)
        ...     net.storage.load_contact_content("main", "", "price"), net.storage.list_networks()
        (9.5, ['main'])
        """
        return Storage(self._store(), self)

    def close(self, timeout: float | None = None) -> None:
        """Let coroutines end, deliver what is pending, close the store, and stop the drivers; contents stay readable.

        Gadgets that are coroutines have `timeout` seconds to answer, 30 unless told otherwise, and are cancelled then.

        Raises:
            DriverError: something could not be delivered; the message says by which driver, how much and why.
            GadgetError: a coroutine was cancelled, or had failed and nobody was told yet.

        >>> net = bl.Network("shop.db")
        >>> _ = net.contact("price", 9.5)
        >>> net.close()
        >>> with bl.Network("shop.db") as net:
        ...     print(net["price"])
        9.5
        """
        coroutines = self._coroutines()
        cut = None if coroutines is None or self._is_closed() else coroutines.close(timeout)
        left = self._close(timeout)
        if left:
            failure = DriverError(_core.undelivered(left))
            failure.driver, failure.committed = left[0][0], True
            raise failure
        if cut is not None:
            raise GadgetError(cut)
        if coroutines is not None:
            coroutines.tell_lost()

    def _close_after(self, error: BaseException) -> None:
        """Close on the way out of something that failed: what cannot be delivered is noted on that."""
        try:
            self.close()
        except BasslineError as failure:
            error.add_note(f"bassline: {failure}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, BaseException):
            self._close_after(error)
        else:
            self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a network is not copied or pickled; open its store again, or read its contents")

    def __repr__(self) -> str:
        counts = zip(("contact", "gadget", "contradiction", "fault"), self._population(), strict=True)
        words = [f"{n:,} {what}{'s' * (n != 1)}" for what, n in counts if n or what in ("contact", "gadget")]
        return f"<Network {self.name!r}: {', '.join(words)}, tick {self.tick}>"


def _close_all() -> None:
    if "bassline.coroutines" in sys.modules:
        for name, cut in sys.modules["bassline.coroutines"].close_all():
            print(f"bassline: network '{name}': {cut}", file=sys.stderr)  # noqa: T201 - as below
    for name, failure in _core.close_all():
        print(f"bassline: network '{name}': {failure}", file=sys.stderr)  # noqa: T201 - nothing is left that could raise


atexit.register(_close_all)
os.register_at_fork(
    before=_core.before_fork, after_in_parent=_core.after_fork_in_parent, after_in_child=_core.after_fork
)

__all__ = ["Network"]
