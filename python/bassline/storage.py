"""Stores without their networks: contents, groups, networks and snapshots by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from bassline import _core
from bassline._found import found
from bassline._urls import file_of
from bassline.dead_letters import DeadLetters, Stored
from bassline.errors import BasslineError, StorageError, ValueTypeError
from bassline.following import follow

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from bassline.network import Network


@runtime_checkable
class NetworkStorage(Protocol):
    """What a store does for networks that it keeps by name.

    A group is named by its path, the root by an empty one; a contact by its name in its group. The state of a group is
    plain data: `{"attributes": {…}, "groups": {path: {"attributes": {…}}}, "contacts": {path: {"value": …, "blend": …,
    "attributes": {…}}}}`, with paths below the group, and without `value` while a contact is empty.

    >>> with bl.Network("shop.db") as net:
    ...     storage: bl.NetworkStorage = net.storage
    ...     storage.save_contact_content("main", "shop", "open", True)
    ...     storage.capabilities()["durable"], storage.load_contact_content("main", "shop", "open"), net["shop/open"]
    (True, True, True)
    """

    def capabilities(self) -> dict[str, bool]:
        """What the store can do, by name: `durable`, `history`, `snapshots`, `concurrent_readers`."""

    def exists(self, network: str) -> bool:
        """Whether there is a network of that name."""

    def list_networks(self) -> list[str]:
        """The names of the networks."""

    def load_network_state(self, network: str) -> dict[str, Any]:
        """The state of the root group."""

    def save_network_state(self, network: str, state: Mapping[str, Any]) -> None:
        """Make the root group what a state says; the network is made if it is not there."""

    def delete_network(self, network: str) -> bool:
        """Remove a network that is not open; answers whether it was there."""

    def load_contact_content(self, network: str, group: str, contact: str) -> Any:
        """What a contact holds; `Nothing` while it is empty."""

    def save_contact_content(self, network: str, group: str, contact: str, content: Any) -> None:
        """Make a contact, declared if it is not there, hold a value, whatever it held before: one tick."""

    def load_group_state(self, network: str, group: str) -> dict[str, Any]:
        """The state of a group."""

    def save_group_state(self, network: str, group: str, state: Mapping[str, Any]) -> None:
        """Make a group what a state says: one tick. Contacts that the state has not are removed."""

    def delete_group_state(self, network: str, group: str) -> bool:
        """Remove a group with everything in it: one tick; answers whether it was there."""

    def query_groups(
        self,
        network: str,
        *,
        attributes: Mapping[str, Any] | None = None,
        author: str | None = None,
        tags: Iterable[str] = (),
    ) -> list[str]:
        """The paths of the groups that have these attributes, this `author`, and all of these `tags`."""

    def save_snapshot(self, network: str, label: str = "") -> int:
        """Keep the network as it is; answers the snapshot's number."""

    def load_snapshot(self, network: str, snapshot: int) -> None:
        """Bring a snapshot back: one tick."""

    def list_snapshots(self, network: str) -> list[dict[str, Any]]:
        """The snapshots, oldest first, each with `id`, `label`, `tick` and `time`."""

    def delete_snapshot(self, network: str, snapshot: int) -> bool:
        """Remove a snapshot; answers whether it was there."""

    def subscribe(self, path: str, callback: Callable[[_core.Change], Any]) -> Callable[[], None]:
        """Call a function with each change at a path, or of a pattern; answers an `unsubscribe`."""


class Storage:
    """`NetworkStorage` over a store of Bassline.

    What concerns a network that is open here goes through that network. Another is opened for as long as it takes; if
    it is open elsewhere, that is a `StorageError`.

    >>> from bassline.storage import Storage
    >>> storage = Storage.at("memory:docs")
    >>> storage.save_contact_content("main", "shop", "price", 9.5)
    >>> storage.load_group_state("main", "shop")["contacts"]
    {'price': {'value': 9.5, 'blend': 'accept-last', 'attributes': {}}}
    """

    def __init__(self, store: _core.Store, network: Network | None = None) -> None:
        """Stand for a store; `network` is the one of it that is open here."""
        self._store = store
        self._network = network

    @classmethod
    def at(cls, url: str) -> Storage:
        """Stand for the store of a URL, which need not be there yet."""
        return cls(_core.Store(url))

    @property
    def url(self) -> str:
        """The URL that the store is opened by."""
        return self._store.url

    def backup(self, to: str | os.PathLike[str]) -> int:
        """Copy the whole store, with history and snapshots, to a path where nothing is yet, and return its size.

        What was stored when it began is in the copy, and whoever writes goes on meanwhile. The copy is a store: a file
        of SQLite, or a directory of journals. Memory cannot be copied.

        Raises:
            StorageError: the file exists or cannot be written, or the store cannot be copied while it is open.

        >>> with bl.Network("shop.db") as net:
        ...     _ = net.contact("price", 9.5)
        ...     net.flush()
        ...     size = net.storage.backup("backup.db")
        >>> bl.Network("backup.db")["price"]
        9.5
        """
        return self._store.backup(file_of(to))

    def __repr__(self) -> str:
        return f"<Storage {self.url!r}>"

    @contextmanager
    def _open(self, name: str, *, make: bool = False) -> Iterator[Network]:
        from bassline.network import Network  # noqa: PLC0415 - a network has a storage

        own = self._network
        if own is not None and own.name == name and not own._is_closed():  # noqa: SLF001
            yield own
            return
        if self.url == "memory:":
            raise StorageError(
                f"no network {found(name)} can be opened in memory that nobody shares; use 'memory:name'"
            )
        if not make and not self.exists(name):
            raise StorageError(f"there is no network {found(name)} in '{self.url}'; {self._known()}")
        with Network(self._store._address(), name=name) as network:  # noqa: SLF001
            yield network

    def _known(self) -> str:
        names = self._store.networks()
        return f"it holds {', '.join(names)}" if names else "it holds none"

    def capabilities(self) -> dict[str, bool]:
        """See `NetworkStorage`."""
        return self._store.capabilities()

    def exists(self, network: str) -> bool:
        """See `NetworkStorage`."""
        own = self._network
        return (own is not None and own.name == network) or network in self._store.networks()

    def list_networks(self) -> list[str]:
        """See `NetworkStorage`."""
        own = [self._network.name] if self._network is not None else []
        return sorted({*self._store.networks(), *own})

    def load_network_state(self, network: str) -> dict[str, Any]:
        """See `NetworkStorage`."""
        return self.load_group_state(network, "")

    def save_network_state(self, network: str, state: Mapping[str, Any]) -> None:
        """See `NetworkStorage`."""
        self.save_group_state(network, "", state)

    def delete_network(self, network: str) -> bool:
        """See `NetworkStorage`."""
        own = self._network
        if own is not None and own.name == network and not own._is_closed():  # noqa: SLF001
            raise StorageError(f"network {found(network)} is open here; close it first")
        return self._store.delete(network)

    def load_contact_content(self, network: str, group: str, contact: str) -> Any:
        """See `NetworkStorage`."""
        with self._open(network) as net:
            return net[_join(group, contact)]

    def save_contact_content(self, network: str, group: str, contact: str, content: Any) -> None:
        """See `NetworkStorage`."""
        with self._open(network, make=True) as net, net.batch():
            _put(net.contact(_join(group, contact)), content)

    def load_group_state(self, network: str, group: str) -> dict[str, Any]:
        """See `NetworkStorage`."""
        with self._open(network) as net:
            attributes = dict(net.groups[group].attributes) if group else {}
            groups = {_below(group, path): {"attributes": dict(at.attributes)} for path, at in net.groups.items()}
            contacts = {_below(group, path): _state_of(contact) for path, contact in net.contacts.items()}
        return {
            "attributes": attributes,
            "groups": {path: state for path, state in groups.items() if path},
            "contacts": {path: state for path, state in contacts.items() if path},
        }

    def save_group_state(self, network: str, group: str, state: Mapping[str, Any]) -> None:
        """See `NetworkStorage`."""
        groups = {path: _mapping(f"group {found(path)}", of) for path, of in _part(state, "groups").items()}
        contacts = {path: _mapping(f"contact {found(path)}", of) for path, of in _part(state, "contacts").items()}
        with self._open(network, make=True) as net, net.batch():
            for path in list(net.contacts):
                below = _below(group, path)
                if below and below not in contacts:
                    net.remove(path)
            if group:
                net.group(group, **_part(state, "attributes"))
            for path, inner in groups.items():
                net.group(_join(group, path), **_part(inner, "attributes"))
            for path, told in contacts.items():
                blend = told.get("blend", "accept-last")
                contact = net.contact(_join(group, path), blend=blend, **_part(told, "attributes"))
                if "value" in told:
                    _put(contact, told["value"])
                else:
                    contact.erase()

    def delete_group_state(self, network: str, group: str) -> bool:
        """See `NetworkStorage`."""
        with self._open(network) as net:
            if group not in net.groups:
                return False
            net.remove(net.groups[group])
            return True

    def query_groups(
        self,
        network: str,
        *,
        attributes: Mapping[str, Any] | None = None,
        author: str | None = None,
        tags: Iterable[str] = (),
    ) -> list[str]:
        """See `NetworkStorage`."""
        wanted = {} if attributes is None else dict(_mapping("attributes=", attributes))
        if author is not None:
            wanted["author"] = author
        labels = set(tags)
        known = self._indexed(network, wanted, labels)
        return [
            path
            for path, has in known.items()
            if all(key in has and _core.same(has[key], value) for key, value in wanted.items())
            and labels <= set(has.get("tags") or ())
        ]

    def _indexed(self, network: str, wanted: Mapping[str, Any], labels: set[str]) -> dict[str, dict[str, Any]]:
        """The groups that may be meant; all of a network that is open here, or whose store has no index of them."""
        own = self._network
        if own is None or own.name != network or own._is_closed():  # noqa: SLF001
            found_by_index = self._store._groups_with(network, dict(wanted), sorted(labels))  # noqa: SLF001
            if found_by_index is not None:
                return dict(found_by_index)
        with self._open(network) as net:
            return {path: dict(group.attributes) for path, group in net.groups.items()}

    def save_snapshot(self, network: str, label: str = "") -> int:
        """See `NetworkStorage`."""
        with self._open(network) as net:
            return net.snapshot(label).id

    def load_snapshot(self, network: str, snapshot: int) -> None:
        """See `NetworkStorage`."""
        with self._open(network) as net:
            net.restore(snapshot)

    def list_snapshots(self, network: str) -> list[dict[str, Any]]:
        """See `NetworkStorage`."""
        keys = ("id", "label", "tick", "time")
        return [dict(zip(keys, told, strict=True)) for told in self._store.snapshots(network)]

    def delete_snapshot(self, network: str, snapshot: int) -> bool:
        """See `NetworkStorage`."""
        return self._store.delete_snapshot(network, snapshot)

    def subscribe(
        self, path: str, callback: Callable[[_core.Change], Any], *, network: str = "main"
    ) -> Callable[[], None]:
        """Call a function with each change at a path, or of a pattern; answers an `unsubscribe`.

        Of the network that is open here it is called on the thread that wrote, after the tick. A store of PostgreSQL
        also tells of a `network` that is open elsewhere: the function is called on a thread of its own, when the tick
        is stored.

        Raises:
            BasslineError: the network is not open here, and the store does not tell of others.
        """
        own = self._network
        if own is not None:
            return own.on_change(path, callback)
        follower = self._store._follow(network, path)  # noqa: SLF001
        if follower is None:
            raise BasslineError("only a network that is open here can be subscribed to; use net.storage.subscribe(...)")
        return follow(follower, callback)

    def condition(self) -> dict[str, Any]:
        """How the store found the network that is open here, and how it is, by name.

        `closed`: whether it was closed well before, and `None` if the store does not tell; `cut`: what was never
        acknowledged and was cut from its end, with `file`, `offset`, `bytes`, `record` and `found`; `damaged`: what is
        damaged and was done without; `trouble`: what goes wrong beside the work and takes nothing from anyone, such as
        a checkpoint that cannot be made.

        >>> with bl.Network("journal:shop") as net:
        ...     net.storage.condition()
        {'closed': True, 'cut': None, 'damaged': [], 'trouble': None}
        """
        if self._network is None:
            raise BasslineError("only a network that is open here has a condition; use net.storage.condition()")
        return self._network._condition()  # noqa: SLF001

    def dead_letters(self, network: str, driver: str | None = None) -> DeadLetters:
        """The ticks that a driver of a network, or any, did not take: a sequence, oldest first.

        They can be read whoever has the network open. In a journal, only who has it open lets go of them.

        >>> with bl.Network("shop.db") as net:
        ...     len(net.storage.dead_letters("main"))
        0
        """
        own = self._network
        if own is not None and own.name == network and not own._is_closed():  # noqa: SLF001
            return own.dead_letters(driver)
        return DeadLetters(Stored(self._store, network), driver)

    def figures(self, network: str, *, count: bool = True) -> dict[str, Any]:
        """What the store holds of a network, which may be open elsewhere: figures by name.

        `tick` and `time` are those of the last tick that is stored, and `snapshots` how many there are. What takes
        longer in a large store is left out unless it is to be counted: `contacts`, `groups`, `gadgets`, `wires`,
        `contradictions`, the ticks of `history`, and `dead_letters`, how many there are by driver.

        Raises:
            StorageError: there is no such network, or it cannot be read.

        >>> with bl.Network("figures.db") as net:
        ...     _ = net.contact("price", 9.5)
        ...     net.flush()
        ...     figures = net.storage.figures("main")
        ...     figures["tick"], figures["contacts"], figures["history"], figures["snapshots"]
        (1, 1, 1, 0)
        """
        told = self._store.figures(network, count)
        told["snapshots"] = len(self._store.snapshots(network))
        if count:
            told["dead_letters"] = dict(sorted(Counter(letter.driver for letter in self.dead_letters(network)).items()))
        return told

    def check(self) -> tuple[list[str], list[str]]:
        """Read everything there is; answers what was read, and what is wrong with it."""
        return self._store.check()


def _join(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


def _below(group: str, path: str) -> str:
    """The path below a group; empty for what is not below it."""
    if not group:
        return path
    return path.removeprefix(f"{group}/") if path.startswith(f"{group}/") else ""


def _mapping(what: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueTypeError(f"{what} is a mapping; found {found(value)}")
    return value


def _part(state: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """A part of a state, which may have none."""
    return _mapping(part, _mapping("a state", state).get(part, {}))


def _state_of(contact: _core.Contact) -> dict[str, Any]:
    value = contact.value
    told = {} if value is _core.NothingType() else {"value": value}
    return told | {"blend": contact.blend, "attributes": dict(contact.attributes)}


def _put(contact: _core.Contact, value: Any) -> None:
    """Make a contact hold a value, past its blend."""
    if contact.blend not in {"accept-last", "stream"}:
        contact.erase()
    if value is _core.NothingType():
        contact.erase()
    else:
        contact.value = value


__all__ = ["NetworkStorage", "Storage"]
