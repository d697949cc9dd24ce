"""Metrics as instruments of OpenTelemetry, which look when they are asked."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from bassline.errors import BasslineError
from bassline.metrics.figures import FAMILIES, QUANTILES, Figure, samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bassline.metrics.figures import Labels
    from bassline.network import Network

    Told = Iterator[tuple[Labels, float]]
    """What one instrument says: labels and numbers."""


def opentelemetry(network: Network, meter: Any = None) -> None:
    """Have a meter of OpenTelemetry observe a network: an instrument for each figure, named `bassline.<figure>`.

    Without a meter it is the global provider's `bassline`. It looks when a reader collects, and costs nothing between.
    A histogram is three instruments: `.count`, `.sum`, and its quantiles and maximum under the attribute `quantile`.
    A network that is not there any more is no longer observed.

    Raises:
        BasslineError: OpenTelemetry is not installed.

    >>> import bassline.metrics
    >>> from opentelemetry.sdk.metrics import MeterProvider
    >>> from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    >>> reader = InMemoryMetricReader()
    >>> net = bl.Network()
    >>> bassline.metrics.opentelemetry(net, MeterProvider([reader]).get_meter("shop"))
    >>> _ = net.contact("x", 1)
    >>> told = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics
    >>> [point.value for metric in told if metric.name == "bassline.contacts" for point in metric.data.data_points]
    [1]
    """
    try:
        from opentelemetry import metrics as api  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise BasslineError(
            f"observing a network with OpenTelemetry needs {error.name}, which is not installed: "
            "pip install 'bassline[opentelemetry]'"
        ) from error
    look = Look(network)
    observed = api.get_meter("bassline") if meter is None else meter

    def give(kind: str, name: str, figure: Figure, tell: Callable[[Labels, Any], Told]) -> None:
        def answer(_options: Any) -> list[Any]:
            told = (tell(labels, value) for found, labels, value in look.at(name) if found is figure)
            return [api.Observation(number, labels) for each in told for labels, number in each]

        make = observed.create_observable_counter if kind == "counter" else observed.create_observable_gauge
        make(name, [answer], unit=figure.unit, description=figure.says)

    for figure in FAMILIES:
        name = f"bassline.{figure.name}"
        if figure.kind == "summary":
            give("counter", f"{name}.count", figure, counted)
            give("counter", f"{name}.sum", figure, summed)
            give("gauge", name, figure, quantiles)
        else:
            give(figure.kind, name, figure, whole)


def whole(labels: Labels, value: float) -> Told:
    """A number as it is."""
    yield labels, value


def counted(labels: Labels, value: Mapping[str, float]) -> Told:
    """How many a histogram counted."""
    yield labels, value["count"]


def summed(labels: Labels, value: Mapping[str, float]) -> Told:
    """What a histogram adds up to."""
    yield labels, value["sum"]


def quantiles(labels: Labels, value: Mapping[str, float]) -> Told:
    """The quantiles of a histogram that has any, and its largest."""
    if value["count"]:
        for key, quantile in (QUANTILES | {"max": "1"}).items():
            yield labels | {"quantile": quantile}, value[key]


class Look:
    """One look at a network for all the instruments of one collection: whoever asks again begins the next."""

    def __init__(self, network: Network) -> None:
        self._network = weakref.ref(network)
        self._seen: list[tuple[Figure, Labels, Any]] = []
        self._told: set[str] = set()

    def at(self, instrument: str) -> list[tuple[Figure, Labels, Any]]:
        """What an instrument sees."""
        if not self._told or instrument in self._told:
            network = self._network()
            self._seen = [] if network is None else list(samples(network.metrics()))
            self._told.clear()
        self._told.add(instrument)
        return self._seen
