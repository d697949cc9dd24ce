"""What one member of a region, a gadget or one direction of a wire, does when it fires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import ContradictionError, GadgetError
from .graph import Region
from .model import ANSWER, CONNECTED, Contact, Event, Gadget, Key, Stamp, Wire
from .primitives import MalformedError
from .router import instance_path, instantiate
from .streams import Node, Streams
from .structure import Declarations, absolute
from .values import Const, Nothing, Value, equal, isolate
from .writes import Outcome, Write, settling_write, take_turn

NO_KEY: Key = (0, 0, 0, 0)
OLDEST: Stamp = (0, -1)  # content that was not written in this tick


@dataclass
class Firing:
    declarations: Declarations
    streams: Streams
    policy: str
    firings: Counter[str]
    changed: list[int] = field(default_factory=list)  # contacts, since somebody looked
    renewed: list[int] = field(default_factory=list)  # contacts written with what they held, likewise
    answers: list[Node] = field(default_factory=list)
    restructured: bool = False
    cycle: frozenset[int] = frozenset()  # the contacts of the cycle that has its turn
    turn: int = 0  # how many members have fired in this tick

    def stamp(self, member: int) -> Stamp:
        """Of two writes of one member the later is newer."""
        return (1, member, self.turn)

    def contact(self, number: int) -> Contact:
        return self.declarations.state.contacts[number]

    def begin_turn(self, region: Region) -> None:
        for number in region.contacts:
            take_turn(self.contact(number), self.policy, in_cycle=region.is_cycle)
        self.cycle = region.contacts if region.is_cycle else frozenset()

    def put(
        self,
        member: int,
        target: Contact,
        value: Value,
        cause: Event | None,
        stamp: Stamp,
        writer: int,
        identity: Key | None = None,
    ) -> Outcome:
        """A write made by a member; `cause` is the event it fired for, if it did."""
        key = self.streams.key(member, cause) if target.is_stream else NO_KEY
        incoming = Write(value, stamp, writer, key, identity)
        outcome = settling_write(target, incoming, self.policy, in_cycle=target.number in self.cycle)
        if outcome.changed:
            self.changed.append(target.number)
        elif outcome.taken:
            self.renewed.append(target.number)
        return outcome

    def lose(self, target: Contact, writer: int) -> None:
        """Take back what this writer wrote last."""
        if target.blend == "accept-last" and target.content is not Nothing and target.writer == writer:
            age = target.stamp if target.stamp is not None else OLDEST  # a loss is not a newer write
            self.put(writer, target, Nothing, None, age, writer)

    # gadgets

    def gadget(self, gadget: Gadget) -> int:
        """Returns how often it fired."""
        self.turn += 1
        streams = stream_inputs(self.declarations.state.contacts, gadget)
        if streams:
            return self._for_each_event(gadget, streams)
        contacts = self.declarations.state.contacts
        inputs = {
            port: contacts[bound].content if isinstance(bound, int) else bound.value
            for port, bound in gadget.inputs.items()
        }
        if ready(gadget, inputs):
            self._call(gadget, inputs, None)
        else:
            self._lift(gadget)
            for target in self._targets(gadget):
                self.lose(target, gadget.number)
        return 1

    def _for_each_event(self, gadget: Gadget, streams: list[int]) -> int:
        reader = (gadget.number, 0)
        fired = 0
        for number, event in self.streams.take(reader, streams):
            self.streams.latest[reader, number] = event.value
            if event.erased:
                continue
            inputs: dict[str, Value] = {}
            for port, bound in gadget.inputs.items():
                if isinstance(bound, Const):
                    inputs[port] = bound.value
                elif bound in streams:
                    inputs[port] = self.streams.sample(reader, bound)
                else:
                    inputs[port] = self.contact(bound).content
            if ready(gadget, inputs):
                fired += 1
                self._call(gadget, inputs, event)
        return fired

    def _call(self, gadget: Gadget, inputs: Mapping[str, Value], cause: Event | None) -> None:
        self.firings[gadget.path] += 1
        try:
            if gadget.primitive.name == "stream.route":
                results = self._route(gadget, inputs["record"], cause)
                state = gadget.state
            else:
                filled = {port: isolate(value) for port, value in inputs.items() if value is not Nothing}
                try:
                    results, state = gadget.primitive.run(gadget.state, filled, gadget.config)
                except MalformedError as error:
                    if "error" not in gadget.outputs:
                        raise
                    results, state = dict.fromkeys(gadget.primitive.outputs) | {"error": str(error)}, gadget.state
                results = {port: isolate(value) for port, value in results.items()}
        except ContradictionError:
            raise
        except Exception as error:
            if gadget.on_error == "contain":
                for target in self._targets(gadget):
                    target.faults[gadget.number] = f"{type(error).__name__}: {error}"
                return
            raise GadgetError(f"{gadget.path} failed with inputs {dict(inputs)!r}: {error!r}") from error
        gadget.state = state
        self._lift(gadget)
        for port, value in results.items():
            if value is not Nothing and port in gadget.outputs:
                target = self.contact(gadget.outputs[port])
                self.put(gadget.number, target, value, cause, self.stamp(gadget.number), gadget.number)

    def _lift(self, gadget: Gadget) -> None:
        for target in self._targets(gadget):
            if target.faults:
                target.faults.pop(gadget.number, None)

    def _targets(self, gadget: Gadget) -> list[Contact]:
        contacts = self.declarations.state.contacts
        return [contacts[number] for number in gadget.writes]

    def _route(self, gadget: Gadget, record: Value, cause: Event | None) -> dict[str, Value]:
        group = instance_path(gadget, record)
        if group is None:
            if "other" not in gadget.outputs:
                raise ValueError(f"a record with the key {gadget.config['key']!r} was expected, {record!r} was found")
            return {"other": record}
        entry = absolute(group, gadget.config["entry"])
        if self.declarations.state.at(entry) is None:
            self.restructured = True
            for contact, value in instantiate(self.declarations, gadget, group):
                self.put(gadget.number, contact, value, cause, self.stamp(gadget.number), gadget.number)
        target = self.declarations.contact(entry)
        self.put(gadget.number, target, isolate(record), cause, self.stamp(gadget.number), gadget.number)
        return {}

    # wires

    def wire(self, wire: Wire, direction: int, reason: str) -> int:
        self.turn += 1
        ends = [self.contact(wire.start), self.contact(wire.end)]
        source, target = ends[direction], ends[1 - direction]
        if reason == CONNECTED and source.content is Nothing:
            return 1
        if wire.kind == "bidirectional" and (source.is_stream or target.is_stream):
            self._share(wire, direction, source, target, reason)
        elif source.is_stream:
            events = [event for _, event in self.streams.take((wire.number, direction), [source.number])]
            for event in events:
                if not event.erased:
                    self.put(wire.number, target, event.value, event, self.stamp(wire.number), wire.number)
            if events and source.content is Nothing:
                self.lose(target, wire.number)
            if reason == CONNECTED and not events:
                self._carry(wire, direction, source, target, reason)
        else:
            self._carry(wire, direction, source, target, reason)
        return 1

    def _share(self, wire: Wire, direction: int, source: Contact, target: Contact, reason: str) -> None:
        """Over a bidirectional wire with a stream at one end or both: what came over it does not go back over it."""
        if not source.is_stream:
            stamp = source.stamp if source.stamp is not None else OLDEST
            if not equal(source.content, target.content) and (target.stamp is None or stamp >= target.stamp):
                self.put(wire.number, target, source.content, None, stamp, source.writer)
            return
        taken = self.streams.take((wire.number, direction), [source.number])
        if reason == CONNECTED and not taken:
            self._carry(wire, direction, source, target, reason)
        events = [event for _, event in taken if event.key[2] != wire.number]
        if target.is_stream:
            brought = [event for event in sorted(source.events, key=lambda one: one.key)[1:] if connecting(event, wire)]
            for event in sorted(events + brought, key=lambda one: one.key):
                self.put(wire.number, target, event.value, event, event.stamp, event.writer, event.identity)
            return
        stamp = source.stamp if source.stamp is not None else OLDEST
        if target.blend == "accept-last":
            writes = [(source.content, source.writer)] if events else []
        else:
            writes = [(event.value, event.writer) for event in events]
        outcomes = [self.put(wire.number, target, value, None, stamp, writer) for value, writer in writes]
        settled = any(outcome.answer or outcome.taken for outcome in outcomes)
        if settled and not equal(source.content, target.content):
            self.answers.append((wire.number, 1 - direction))

    def _carry(self, wire: Wire, direction: int, source: Contact, target: Contact, reason: str) -> None:
        if wire.kind == "directed":
            if source.content is Nothing:
                self.lose(target, wire.number)
            else:
                self.put(wire.number, target, source.content, None, self.stamp(wire.number), wire.number)
            return
        age = source.born if source.blend == target.blend == "first" else source.stamp
        stamp = age if age is not None else OLDEST
        outcome = self.put(wire.number, target, source.content, None, stamp, source.writer)
        if outcome.answer and (reason != ANSWER or source.content is Nothing):
            self.answers.append((wire.number, 1 - direction))


def connecting(event: Event, wire: Wire) -> bool:
    """Whether this is what the wire brought from stream to stream when it was connected."""
    return event.key[1] == 0 and event.key[2] == wire.number


def stream_inputs(contacts: Mapping[int, Contact], gadget: Gadget) -> list[int]:
    return [number for number in gadget.reads if contacts[number].is_stream]


def ready(gadget: Gadget, inputs: Mapping[str, Value]) -> bool:
    for port in gadget.primitive.needed:
        if inputs[port] is Nothing:
            return False
    chosen = gadget.primitive.chosen(inputs) if gadget.primitive.chosen else None
    return chosen is None or inputs.get(chosen, Nothing) is not Nothing
