"""Declaring inside a scope: the network's root, or a group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from bassline import _core, _functions
from bassline._found import found, is_one_of
from bassline.errors import DeclarationError
from bassline.showing import Showing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bassline.network import Network

Function = TypeVar("Function", bound="Callable[..., Any]")
_NOTHING = _core.NothingType()


def _contains_faults(on_error: str) -> bool:
    if not is_one_of(on_error, "raise", "contain"):
        raise DeclarationError(f"on_error must be 'raise' or 'contain', found {found(on_error)}")
    return on_error == "contain"


def _is_queue(mode: Any, function: Callable[..., Any]) -> bool:
    if mode is None:
        return False
    if not is_one_of(mode, "latest", "queue"):
        raise DeclarationError(f"mode must be 'latest' or 'queue', found {found(mode)}")
    if not _functions.is_coroutine(function):
        raise DeclarationError(
            f"mode= is for coroutines, which run outside the tick; {_functions.title(function)} is none: "
            "write async def, or leave mode= out"
        )
    return is_one_of(mode, "queue")


def _output_ports(outputs: Any, function: Callable[..., Any]) -> dict[str, Any]:
    """Output names and the contacts they write to."""
    if outputs is None:
        name = _functions.name_of(function)
        return {name: name}
    if isinstance(outputs, (str, _core.Contact)):
        outputs = (outputs,)
    if isinstance(outputs, Mapping):
        ports = dict(outputs)
    elif isinstance(outputs, Iterable):
        ports = {_name_of_output(output): output for output in outputs}
    else:
        raise DeclarationError(
            f"outputs= is a path, several paths, or a dict from names to paths; found {found(outputs)}"
        )
    return _with_names(ports, "outputs=")


def _name_of_output(output: Any) -> str:
    if isinstance(output, _core.Contact):
        return output.name
    if isinstance(output, str):
        return output
    raise DeclarationError(f"an output is a path or a contact; found {found(output)}")


def _input_ports(inputs: Any) -> dict[str, Any]:
    """Parameters and the contacts they read."""
    if inputs is None:
        return {}
    if not isinstance(inputs, Mapping):
        raise DeclarationError(f"inputs= is a dict from parameters to contacts; found {found(inputs)}")
    return _with_names(dict(inputs), "inputs=")


def _with_names(ports: dict[Any, Any], what: str) -> dict[str, Any]:
    for name in ports:
        if not isinstance(name, str):
            raise DeclarationError(f"the names in {what} are strings; found {found(name)}")
    return ports


class Scope(Showing):
    """What a network and a group have in common: contacts, groups, wires and gadgets are declared in them."""

    def _scope(self) -> tuple[Network, _core.GroupHandle | None]:
        raise NotImplementedError("a scope is a network or a group")

    def contact(
        self,
        path: str,
        value: Any = _NOTHING,
        blend: str | type | None = None,
        *,
        boundary: str | None = None,
        **attributes: Any,
    ) -> _core.Contact:
        """Declare a contact: get it, or create it with the groups its path names.

        `value` fills it if it is empty and never overwrites content. `blend` is a name, `accept-last` for a new one
        if nothing else is said, or a class with `join(a, b)`, such as a `bl.Lattice`; docs/blends.md has them all.

        Raises:
            ConflictError: it exists with another blend or other attributes, or a group has its path.
            DeclarationError: there is no such blend.

        >>> net = bl.Network()
        >>> net.contact("price", 9.5).value
        9.5
        >>> net.contact("price", 11).value
        9.5
        """
        network, group = self._scope()
        return network._declare_contact(group, path, value, blend, boundary, attributes or None)  # noqa: SLF001

    def group(self, path: str, *, sealed: bool = False, **attributes: Any) -> Group:
        """Declare a group: get it, or create it with the groups above it.

        Wires and gadgets reach into a `sealed` one, and out of it, only through its own contacts that were declared
        with a `boundary`.

        Raises:
            ConflictError: it exists with other attributes, or a contact has its path.

        >>> net = bl.Network()
        >>> net.group("sensors/kitchen", author="ann").contact("peak", blend="max").path
        'sensors/kitchen/peak'
        """
        network, group = self._scope()
        return Group(network, network._declare_group(group, path, sealed, attributes or None))  # noqa: SLF001

    def wire(self, source: str | _core.Contact, target: str | _core.Contact, kind: str = "bidirectional") -> _core.Wire:
        """Declare a wire between two contacts, which are created if they do not exist; existing content flows.

        Raises:
            DeclarationError: both ends are one contact, or `kind` is neither `directed` nor `bidirectional`.

        >>> net = bl.Network()
        >>> net.contact("a", 1)
        <Contact 'a' = 1>
        >>> net.wire("a", "b")
        <Wire 'a' <-> 'b'>
        >>> net["b"]
        1
        """
        network, group = self._scope()
        return network._declare_wire(group, source, target, kind)  # noqa: SLF001

    def link(
        self, source: str | _core.Contact, target: str | _core.Contact, relation: str, **attributes: Any
    ) -> _core.Link:
        """Declare a link: a typed relation from one contact to another, which are created if they do not exist.

        It carries no value, and goes when one of its contacts does.

        Raises:
            ConflictError: it exists with other attributes.

        >>> net = bl.Network()
        >>> net.link("pkg/f", "pkg/g", "calls")
        <Link 'pkg/f' -[calls]-> 'pkg/g'>
        """
        network, group = self._scope()
        return network._declare_link(group, source, target, relation, attributes or None)  # noqa: SLF001

    def declare(
        self,
        contacts: Mapping[str, Any] | Iterable[str] = (),
        *,
        gadgets: Iterable[tuple[str, Mapping[str, Any]]] = (),
        wires: Iterable[Sequence[str | _core.Contact]] = (),
        blend: str | None = None,
        kind: str = "bidirectional",
    ) -> list[_core.Contact]:
        """Declare many contacts, gadgets and wires: one tick, in that order. Returns the contacts.

        `contacts` are paths, or a dict of paths and what fills them if they are empty; `blend` is theirs. A gadget is
        the name of a primitive and a dict of its ports, a wire a pair of contacts or paths, with its kind if that is
        not `kind`. Everything is idempotent, as single declarations are.

        Raises:
            ConflictError, DeclarationError: something is refused; the message names the first, and nothing is declared.

        >>> net = bl.Network()
        >>> add = ("math.add", {"a": "a", "b": "b", "sum": "c"})
        >>> net.declare({"a": 1, "b": 2}, gadgets=[add], wires=[("c", "d", "directed"), ("d", "e")])
        [<Contact 'a' = 1>, <Contact 'b' = 2>]
        >>> net["e"], net.tick
        (3, 1)
        """
        network, group = self._scope()
        return network._declare_many(group, contacts, blend, gadgets, wires, kind)  # noqa: SLF001

    @overload
    def gadget(
        self, computation: str, /, *, name: str | None = None, on_error: str = "raise", **ports: Any
    ) -> _core.Gadget: ...

    @overload
    def gadget(
        self,
        computation: Function,
        /,
        *,
        name: str | None = None,
        on_error: str = "raise",
        mode: str = "latest",
        inputs: Mapping[str, Any] | None = None,
        outputs: str | Iterable[Any] | Mapping[str, Any] | None = None,
    ) -> Function: ...

    @overload
    def gadget(
        self,
        computation: None = None,
        /,
        *,
        name: str | None = None,
        on_error: str = "raise",
        mode: str = "latest",
        inputs: Mapping[str, Any] | None = None,
        outputs: str | Iterable[Any] | Mapping[str, Any] | None = None,
    ) -> Callable[[Function], Function]: ...

    def gadget(
        self,
        computation: Any = None,
        /,
        *,
        name: str | None = None,
        on_error: str = "raise",
        **ports: Any,
    ) -> Any:
        """Declare a gadget: a primitive by its name, or a Python function (also as a decorator).

        Of a primitive, the keywords are its ports and settings: a string is a path, a handle a contact, anything else a
        constant (`bl.const("text")` for text). Of a function, `inputs` maps parameters to contacts (default: by name,
        in this scope or else at the root), `outputs` names what it writes (default: its own name); a parameter with a
        default is optional.

        A function that is a coroutine (`async def`) runs outside the tick, on the event loop that runs where it is
        declared or else on one of the network's own, and writes its answer in a tick of its own. What comes while it
        runs waits for it: the newest alone, or all of them in order with `mode="queue"`. `net.settle()` waits for it.

        Raises:
            DeclarationError: no such primitive or port, or a required port is not bound.
            ConflictError: a gadget of that name exists and is another.

        >>> net = bl.Network()
        >>> net.update({net.contact(path).path: value for path, value in {"price": 9.5, "qty": 3}.items()})
        >>> net.gadget("math.multiply", a="price", b="qty", product="total")
        <Gadget 'math.multiply(a=price, b=qty, product=total)'>
        >>> @net.gadget
        ... def gross(total, rate=0.2):
        ...     return total * (1 + rate)
        >>> net["gross"]
        34.199999999999996
        """
        if computation is None:
            return lambda function: self.gadget(function, name=name, on_error=on_error, **ports)
        network, group = self._scope()
        contain = _contains_faults(on_error)
        if isinstance(computation, str):
            return network._declare_primitive(group, computation, ports, name, contain)  # noqa: SLF001
        if not callable(computation):
            raise DeclarationError(f"a gadget is the name of a primitive or a function; found {found(computation)}")
        self._function_gadget(cast("Callable[..., Any]", computation), name, contain, ports)
        return computation

    def _function_gadget(
        self, function: Callable[..., Any], name: str | None, contain: bool, options: dict[str, Any]
    ) -> None:
        network, group = self._scope()
        given = _input_ports(options.pop("inputs", None))
        outputs = _output_ports(options.pop("outputs", None), function)
        queue = _is_queue(options.pop("mode", None), function)
        if options:
            raise DeclarationError(
                f"a Python gadget takes inputs= and outputs=; found {', '.join(map(found, sorted(options)))}: "
                f"write inputs={{{found(min(options))}: …}}"
            )
        known = _functions.parameters(function)
        names = [parameter for parameter, _ in known]
        unknown = [parameter for parameter in given if parameter not in names]
        if unknown:
            raise DeclarationError(
                f"{_functions.title(function)} has no parameter {found(unknown[0])}; it has {', '.join(names)}"
            )
        clash = [output for output in outputs if output in names]
        renamed = {output: f"{output}'" if output in clash else output for output in outputs}
        ports = {parameter: given.get(parameter, parameter) for parameter in names}
        ports |= {renamed[output]: contact for output, contact in outputs.items()}
        network._declare_function(  # noqa: SLF001
            group,
            function,
            _functions.identity(function),
            known,
            list(renamed.values()),
            ports,
            name or _functions.name_of(function).strip("<>"),
            contain,
            queue,
        )


class Group(Scope):
    """A group: a named room of contacts and groups. Paths in its methods are relative to it; `/x` means from the root.

    >>> net = bl.Network()
    >>> _ = net.contact("offset", 0.5)
    >>> kitchen = net.group("sensors/kitchen", author="ann")
    >>> _ = kitchen.contact("raw", 21.0)
    >>> kitchen.gadget("math.add", a="raw", b="/offset", sum="calibrated")
    <Gadget 'sensors/kitchen/math.add(a=raw, b=offset, sum=calibrated)'>
    >>> net["sensors/kitchen/calibrated"], kitchen.path, kitchen.name, kitchen.attributes
    (21.5, 'sensors/kitchen', 'kitchen', {'author': 'ann'})
    >>> kitchen["raw"] = 22.0
    >>> kitchen["calibrated"], "raw" in kitchen, "offset" in kitchen, "/offset" in kitchen
    (22.5, True, False, True)
    """

    __slots__ = ("_handle", "_network")

    def __init__(self, network: Network, handle: _core.GroupHandle) -> None:
        made = ((network, _core.Network), (handle, _core.GroupHandle))
        if not all(isinstance(one, kind) for one, kind in made):
            raise TypeError("a group is made by net.group(path), or found in net.groups")
        self._network = network
        self._handle = handle

    def _scope(self) -> tuple[Network, _core.GroupHandle | None]:
        return self._network, self._handle

    def _from_root(self, path: Any) -> Any:
        """A path in this group as one from the root; what is no path stays what it is, to be refused as such."""
        if not issubclass(type(path), str):  # isinstance asks the object, which may say what it is not
            return path
        return path if str.startswith(path, "/") else str.join("/", (self.path, path))

    def __getitem__(self, path: str) -> Any:
        return self._network[self._from_root(path)]

    def __setitem__(self, path: str, value: Any) -> None:
        self._network[self._from_root(path)] = value

    def __contains__(self, path: str) -> bool:
        return self._from_root(path) in self._network

    @property
    def path(self) -> str:
        """Where it is: its name behind those of the groups above it, joined by `/`."""
        return self._handle.path

    @property
    def name(self) -> str:
        """Its name in the group above it."""
        return self.path.rpartition("/")[2]

    @property
    def attributes(self) -> dict[str, Any]:
        """What it was declared with."""
        return self._handle.attributes

    @property
    def sealed(self) -> bool:
        """Whether wires and gadgets pass through its boundary contacts only."""
        return self._handle.sealed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Group) and self._handle == other._handle

    def __hash__(self) -> int:
        return hash(self._handle)

    def __repr__(self) -> str:
        try:
            return f"<Group {self.path!r}>"
        except ReferenceError:
            return "<Group (removed)>"
