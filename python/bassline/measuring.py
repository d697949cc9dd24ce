"""What a network tells of what it has done and of what it takes, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bassline.network import Network


class Measuring:
    """A network's side towards those who watch over it."""

    def _network(self) -> Network:
        raise NotImplementedError

    def metrics(self) -> dict[str, Any]:
        """What was counted and measured of the network and each of its drivers since it was opened: numbers by name.

        Times are in seconds. A histogram is a dict with `count`, `sum`, `max`, `p50`, `p95` and `p99`; a quantile is
        at most an eighth above the exact one. How long ticks settle is measured in one of `settle_one_of` ticks. What
        each figure means is in docs/metrics.md; `bassline.metrics` hands them to Prometheus and OpenTelemetry.

        >>> net = bl.Network()
        >>> x = net.contact("x", 1)
        >>> _ = net.gadget("math.add", a=x, b=1, sum="y")
        >>> x.value = 2
        >>> engine = net.metrics()["engine"]
        >>> engine["ticks"], engine["firings"], engine["changes"], engine["contacts"]
        (3, 2, 4, 2)
        >>> engine["settle_seconds"]["count"], engine["settle_one_of"]
        (1, 61)
        """
        network = self._network()
        engine = network._engine_metrics()  # noqa: SLF001
        drivers = network._driver_status()  # noqa: SLF001
        return {"network": network.name, "engine": engine, "drivers": drivers}


__all__ = ["Measuring"]
