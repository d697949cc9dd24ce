"""Metrics in the text format of Prometheus, version 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bassline.metrics.figures import QUANTILES, samples

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""What an HTTP answer with this text says that it is."""


def prometheus(metrics: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> str:
    r"""Write the metrics of one network, or of several, as Prometheus reads them.

    A histogram is a summary: `_sum`, `_count` and three quantiles; its largest is a gauge of its own, named `_max`.

    >>> net = bl.Network(name="shop")
    >>> _ = net.contact("x", 1)
    >>> text = prometheus(net.metrics())
    >>> print(*text.splitlines()[:3], sep="\n")
    # HELP bassline_tick The number of the last committed tick.
    # TYPE bassline_tick gauge
    bassline_tick{network="shop"} 1
    """
    every = [metrics] if isinstance(metrics, Mapping) else metrics
    families: dict[str, list[str]] = {}
    for one in every:
        for figure, labels, value in samples(one):
            suffix = "_total" if figure.kind == "counter" else ""
            name = f"bassline_{figure.name}{suffix}"
            lines = families.setdefault(name, head(name, figure.kind, figure.says))
            if figure.kind == "summary":
                lines += summary(name, labels, value)
                largest = families.setdefault(
                    f"{name}_max", head(f"{name}_max", "gauge", f"{figure.says} The largest.")
                )
                largest.append(line(f"{name}_max", labels, value["max"]))
            else:
                lines.append(line(name, labels, value))
    return "".join(f"{text}\n" for lines in families.values() for text in lines)


def summary(name: str, labels: Mapping[str, str], value: Mapping[str, float]) -> Iterator[str]:
    """The lines of a histogram; one that counted nothing has no quantiles, which is told by what is no number."""
    for key, quantile in QUANTILES.items():
        yield line(name, {**labels, "quantile": quantile}, value[key] if value["count"] else math.nan)
    yield line(f"{name}_sum", labels, value["sum"])
    yield line(f"{name}_count", labels, value["count"])


def head(name: str, kind: str, says: str) -> list[str]:
    """What stands before the lines of one name."""
    return [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]


def line(name: str, labels: Mapping[str, str], value: float) -> str:
    r"""One line.

    >>> line("x", {"path": 'a"b\\c'}, 1.5)
    'x{path="a\\"b\\\\c"} 1.5'
    """
    told = ",".join(f'{label}="{escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{told}}} {'NaN' if math.isnan(value) else value}"


def escaped(text: str) -> str:
    """A label's text between its quotes; what no UTF-8 can hold is replaced."""
    told = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return told.encode(errors="replace").decode()
