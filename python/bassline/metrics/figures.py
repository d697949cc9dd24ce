"""The figures that are exported: how each is named, what kind it is, and where it stands in `net.metrics()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Labels = dict[str, str]

Kind = Literal["counter", "gauge", "summary"]

QUANTILES = {"p50": "0.5", "p95": "0.95", "p99": "0.99"}
STATES = ("starting", "idle", "busy", "retrying", "failed", "finished")


@dataclass(frozen=True)
class Figure:
    """One figure: its name without prefix and suffix, its kind, what it means, and the key it stands under."""

    name: str
    kind: Kind
    says: str
    key: str
    unit: str = ""


ENGINE = (
    Figure("tick", "gauge", "The number of the last committed tick.", "tick"),
    Figure("epoch", "gauge", "Which opening of the network this is.", "epoch"),
    Figure("ticks", "counter", "Ticks committed since the network was opened.", "ticks"),
    Figure("rolled_back_ticks", "counter", "Ticks taken back.", "rolled_back"),
    Figure("changes", "counter", "Contents changed by committed ticks.", "changes"),
    Figure("firings", "counter", "Gadgets fired, in ticks that were taken back too.", "firings"),
    Figure("settle_seconds", "summary", "How long ticks settled, of those that were timed.", "settle_seconds", "s"),
    Figure("waits", "counter", "Times that a writer waited for a driver that was too far behind.", "waits"),
    Figure("wait_seconds", "counter", "How long writers waited for such drivers.", "wait_seconds", "s"),
    Figure("refused_writes", "counter", "Writes refused because a driver was too far behind.", "refused"),
    Figure("contacts", "gauge", "Contacts there are.", "contacts"),
    Figure("groups", "gauge", "Groups there are.", "groups"),
    Figure("gadgets", "gauge", "Gadgets there are.", "gadgets"),
    Figure("wires", "gauge", "Wires there are.", "wires"),
    Figure("contradictions", "gauge", "Contacts that hold a contradiction now.", "contradictions"),
)
GADGET = (
    Figure("gadget_calls", "counter", "Calls of a Python gadget, of the slowest.", "calls"),
    Figure("gadget_seconds", "counter", "How long the calls of a Python gadget took.", "seconds", "s"),
    Figure("gadget_max_seconds", "gauge", "The longest call of a Python gadget.", "max_seconds", "s"),
)
DRIVER = (
    Figure("driver_acknowledged_tick", "gauge", "The last tick the driver acknowledged.", "acknowledged_tick"),
    Figure("driver_lag_records", "gauge", "Records the driver is behind.", "lag_records"),
    Figure("driver_lag_bytes", "gauge", "Bytes the driver is behind.", "lag_bytes", "By"),
)
LANE = (
    Figure("driver_high_water_records", "gauge", "The most records it was seen behind.", "high_water"),
    Figure("driver_high_water_bytes", "gauge", "The most bytes it was seen behind.", "high_water_bytes", "By"),
    Figure("driver_batches", "counter", "Batches handed over, repeated ones too.", "batches"),
    Figure("driver_records", "counter", "Records acknowledged.", "records"),
    Figure("driver_retries", "counter", "Batches tried again.", "retries"),
    Figure("driver_dead_letters", "counter", "Ticks put aside as dead letters.", "dead_letters"),
    Figure("driver_superseded", "counter", "Changes left out for a newer one of their contact.", "superseded"),
    Figure("driver_gaps", "counter", "Times that something was missing.", "gaps"),
    Figure("driver_missing", "counter", "Ticks and events that were missing.", "missing"),
    Figure("driver_restarts", "counter", "Times it was begun again.", "restarts"),
    Figure("driver_handle_seconds", "summary", "How long it was at a batch.", "handle_seconds", "s"),
    Figure("driver_batch_records", "summary", "How many records a batch had.", "batch_records"),
    Figure("driver_command_seconds", "summary", "How long it was at a command.", "command_seconds", "s"),
    Figure("driver_commands_refused", "counter", "Commands refused or failed at.", "commands_refused"),
)
ERRORS = Figure("driver_errors", "counter", "Failures of the driver, by class.", "errors")
STATE = Figure("driver_state", "gauge", "1 for the state that the driver is in.", "state")
FAMILIES = (*ENGINE, *GADGET, *DRIVER, *LANE, ERRORS, STATE)


def samples(metrics: Mapping[str, Any]) -> Iterator[tuple[Figure, Labels, Any]]:
    """Everything that the metrics of one network say: the figure, its labels, and its number or histogram.

    >>> net = bl.Network(name="shop")
    >>> _ = net.contact("x", 1)
    >>> [(labels, value) for figure, labels, value in samples(net.metrics()) if figure.name == "contacts"]
    [({'network': 'shop'}, 1)]
    """
    network = {"network": str(metrics["network"])}
    engine = metrics["engine"]
    yield from of(ENGINE, network, engine)
    for gadget in engine["slowest_gadgets"]:
        yield from of(GADGET, network | {"gadget": gadget["gadget"]}, gadget)
    for name, told in metrics["drivers"].items():
        yield from of_driver(network | {"driver": name}, told)


def of_driver(labels: Labels, told: Mapping[str, Any]) -> Iterator[tuple[Figure, Labels, Any]]:
    """What one driver says, and each driver of a compound."""
    yield from of(DRIVER, labels, told)
    for state in STATES:
        yield STATE, labels | {"state": state}, int(told["state"] == state)
    if members := told.get("members"):
        for name, inner in members.items():
            yield from of_driver(labels | {"driver": f"{labels['driver']}/{name}"}, inner)
        return
    yield from of(LANE, labels, told)
    for kind, count in told["errors"].items():
        yield ERRORS, labels | {"class": kind}, count


def of(figures: Iterable[Figure], labels: Labels, told: Mapping[str, Any]) -> Iterator[tuple[Figure, Labels, Any]]:
    """The figures under their keys."""
    for figure in figures:
        yield figure, labels, told[figure.key]
