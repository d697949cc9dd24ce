"""What `net.metrics()` says, for those who watch: as text for Prometheus, as instruments of OpenTelemetry.

>>> from bassline.metrics import prometheus
>>> net = bl.Network()
>>> _ = net.contact("x", 1)
>>> [line for line in prometheus(net.metrics()).splitlines() if line.startswith("bassline_ticks_total")]
['bassline_ticks_total{network="main"} 1']
"""

from bassline.metrics.instruments import opentelemetry
from bassline.metrics.text import prometheus

__all__ = ["opentelemetry", "prometheus"]
