"""What is exported is what `net.metrics()` says: read back by the parser of Prometheus and the SDK of OpenTelemetry."""

from __future__ import annotations

import contextlib
import gc
import math
import subprocess
import sys

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client.parser import text_string_to_metric_families

import bassline as bl
import bassline.metrics
from bassline.metrics import prometheus
from bassline.metrics.figures import FAMILIES
from tests.kernel.test_metrics import Picky
from tests.kernel.test_python_driver import Keep

AWKWARD = 'a "quoted" \\ name\nof two lines, {braced}='


@pytest.fixture
def worked(net):
    """A network whose drivers and gadgets have something to tell."""
    net.attach(Picky(), name="picky", pause=0.001, tries=10, max_age=0, batch=1)
    net.attach(bl.Compound({"a": Keep(), "b": Keep()}), name="both")
    x = net.contact("x", 0)

    @net.gadget(name=AWKWARD)
    def twice(x):
        return 2 * x

    for n in (1, 7, 13, 2):
        x.value = n
    with contextlib.suppress(bl.DriverError):
        net.flush()
    net.flush()
    return net


def read(text):
    families = list(text_string_to_metric_families(text))
    names = [family.name for family in families]
    assert sorted(names) == sorted(set(names))
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }, {family.name: (family.type, family.documentation) for family in families}


def at(found, name, **labels):
    return found[name, frozenset(labels.items())]


def test_prometheus_reads_every_figure(worked):
    metrics = worked.metrics()
    found, families = read(prometheus(metrics))
    engine, picky = metrics["engine"], metrics["drivers"]["picky"]
    here = {"network": "main"}
    for name, key in {
        "ticks": "ticks",
        "firings": "firings",
        "rolled_back_ticks": "rolled_back",
        "waits": "waits",
    }.items():
        assert at(found, f"bassline_{name}_total", **here) == engine[key]
    for key in ("tick", "epoch", "contacts", "groups", "gadgets", "wires", "contradictions"):
        assert at(found, f"bassline_{key}", **here) == engine[key]
    there = here | {"driver": "picky"}
    for key in ("batches", "records", "retries", "dead_letters", "restarts", "gaps", "missing", "superseded"):
        assert at(found, f"bassline_driver_{key}_total", **there) == picky[key]
    for kind, count in picky["errors"].items():
        assert at(found, "bassline_driver_errors_total", **there, **{"class": kind}) == count
    told = picky["handle_seconds"]
    for key, quantile in {"p50": "0.5", "p95": "0.95", "p99": "0.99"}.items():
        assert at(found, "bassline_driver_handle_seconds", **there, quantile=quantile) == told[key]
    assert at(found, "bassline_driver_handle_seconds_sum", **there) == told["sum"]
    assert at(found, "bassline_driver_handle_seconds_count", **there) == told["count"] == 6 + 3
    assert at(found, "bassline_driver_handle_seconds_max", **there) == told["max"]
    assert families["bassline_driver_handle_seconds"] == ("summary", "How long it was at a batch.")
    assert families["bassline_ticks"][0] == "counter"
    assert families["bassline_contacts"][0] == "gauge"


def test_what_never_was_has_no_quantiles(worked):
    found, _ = read(prometheus(worked.metrics()))
    assert math.isnan(at(found, "bassline_driver_command_seconds", network="main", driver="picky", quantile="0.99"))
    assert at(found, "bassline_driver_command_seconds_count", network="main", driver="picky") == 0


def test_names_are_escaped_so_that_they_come_back_as_they_are(worked):
    found, _ = read(prometheus(worked.metrics()))
    assert at(found, "bassline_gadget_calls_total", network="main", gadget=AWKWARD) == 5


def test_a_name_that_no_utf_8_can_hold_is_told_all_the_same():
    line = bassline.metrics.text.line("x", {"driver": "a\udc80b"}, 1)
    assert line.encode() == b'x{driver="a?b"} 1'


def test_a_driver_is_in_one_state_and_those_of_a_compound_have_their_own(worked):
    metrics = worked.metrics()
    found, _ = read(prometheus(metrics))
    told = metrics["drivers"] | {
        f"both/{name}": member for name, member in metrics["drivers"]["both"]["members"].items()
    }
    assert list(told) == ["picky", "both", "both/a", "both/b"]
    for driver, state in told.items():
        states = {
            dict(labels)["state"]: value
            for (name, labels), value in found.items()
            if name == "bassline_driver_state" and dict(labels)["driver"] == driver
        }
        assert len(states) == 6
        assert [name for name, value in states.items() if value] == [state["state"]]
    assert at(found, "bassline_driver_records_total", network="main", driver="both/a") == 6
    assert ("bassline_driver_records_total", frozenset({"network": "main", "driver": "both"}.items())) not in found


def test_several_networks_share_each_name(worked):
    with bl.Network(name="other") as other:
        other.contact("y", 1)
        found, _ = read(prometheus([worked.metrics(), other.metrics()]))
        text = prometheus(net.metrics() for net in (worked, other))
    assert at(found, "bassline_ticks_total", network="other") == 1
    assert at(found, "bassline_ticks_total", network="main") == worked.tick
    assert text.count("# TYPE bassline_ticks_total counter\n") == 1
    assert prometheus([]) == ""


def collected(reader):
    data = reader.get_metrics_data()
    metrics = [
        metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
    ]
    points = {
        (metric.name, frozenset(point.attributes.items())): point.value
        for metric in metrics
        for point in metric.data.data_points
    }
    return points, {metric.name: metric for metric in metrics}


def test_opentelemetry_collects_what_prometheus_reads(worked):
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    bassline.metrics.opentelemetry(worked, provider.get_meter("test"))
    points, metrics = collected(reader)
    engine, picky = worked.metrics()["engine"], worked.metrics()["drivers"]["picky"]
    here, there = {"network": "main"}, {"network": "main", "driver": "picky"}
    assert at(points, "bassline.ticks", **here) == engine["ticks"]
    assert at(points, "bassline.contacts", **here) == engine["contacts"]
    assert at(points, "bassline.driver_retries", **there) == 3
    assert at(points, "bassline.driver_errors", **there, **{"class": "permanent"}) == 1
    told = picky["handle_seconds"]
    assert at(points, "bassline.driver_handle_seconds.count", **there) == told["count"]
    assert at(points, "bassline.driver_handle_seconds.sum", **there) == told["sum"]
    assert at(points, "bassline.driver_handle_seconds", **there, quantile="0.95") == told["p95"]
    assert at(points, "bassline.driver_handle_seconds", **there, quantile="1") == told["max"]
    assert at(points, "bassline.driver_state", **here, driver="both/a", state="idle") == 1
    assert metrics["bassline.ticks"].data.is_monotonic
    assert metrics["bassline.driver_handle_seconds"].unit == "s"
    wanted = {f"bassline.{figure.name}" for figure in FAMILIES}
    assert {name.removesuffix(".count").removesuffix(".sum") for name in metrics} == wanted
    provider.shutdown()


def test_each_collection_looks_once_and_anew(worked, monkeypatch):
    looks, metrics = [], worked.metrics
    monkeypatch.setattr(worked, "metrics", lambda: looks.append(1) or metrics(), raising=True)
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    bassline.metrics.opentelemetry(worked, provider.get_meter("test"))
    before, _ = collected(reader)
    worked["x"] = 3
    after, _ = collected(reader)
    assert len(looks) == 2
    assert at(after, "bassline.ticks", network="main") == at(before, "bassline.ticks", network="main") + 1
    provider.shutdown()


def test_a_network_that_is_gone_is_observed_no_more():
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    net = bl.Network()
    bassline.metrics.opentelemetry(net, provider.get_meter("test"))
    assert collected(reader)[0]
    net.close()
    assert collected(reader)[0]
    del net
    gc.collect()
    assert reader.get_metrics_data() is None or not collected(reader)[0]
    provider.shutdown()


def test_without_opentelemetry_the_error_says_what_to_install():
    program = """
import sys
sys.modules["opentelemetry"] = None
import bassline as bl, bassline.metrics
try:
    bassline.metrics.opentelemetry(bl.Network())
except bl.BasslineError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "pip install 'bassline[opentelemetry]'" in done.stdout
