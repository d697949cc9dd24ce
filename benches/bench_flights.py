"""The demo's rows per second, stage by stage, over its first 50,000 rows.

`decode`: CSV into records in one stream contact. `network`: the demo's network in memory, without its Python gadget.
`python`: with it. `store`: all of it into SQLite, up to the close that waits until everything is stored.
"""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import pytest
import yaml

import bassline as bl

FLIGHTS = Path(__file__).resolve().parent.parent / "examples" / "flights"
ROWS = 50_000
CHUNK = 1 << 18
STAGES = ["decode", "network", "python", "store"]


@pytest.fixture(scope="module")
def csv(tmp_path_factory):
    """The first rows of the demo's input, which is downloaded if it is not there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FLIGHTS)  # for the download, and for the module of the Python gadget
        import data  # noqa: PLC0415

        yield data.first(ROWS, tmp_path_factory.mktemp("flights")).read_bytes()


def without_python(node):
    """A manifest without its Python gadgets."""
    if isinstance(node, dict):
        return {key: without_python(value) for key, value in node.items()}
    if isinstance(node, list):
        return [without_python(value) for value in node if not (isinstance(value, dict) and "python" in value)]
    return node


def opened(stage, folder):
    """A new network for a stage."""
    if stage == "decode":
        net = bl.Network()
        net.contact("flight", blend="stream")
        return net
    manifest = yaml.safe_load((FLIGHTS / "flights.yaml").read_text())
    if stage == "network":
        manifest = without_python(copy.deepcopy(manifest))
    if stage != "store":
        return bl.Network.from_manifest(manifest)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return bl.Network.from_manifest(manifest, folder / "flights.db")


def fed(net, csv):
    """Feed all rows and close."""
    reader = bl.RowReader.csv(null=["NA"])
    for at in range(0, len(csv), CHUNK):
        net.ingest(reader, csv[at : at + CHUNK], into="flight", source="flights.csv", final=at + CHUNK >= len(csv))
    net.close()
    return net


@pytest.mark.parametrize("stage", STAGES)
def bench_flights(benchmark, rate, csv, tmp_path, stage):
    net = benchmark.pedantic(fed, setup=lambda: ((opened(stage, tmp_path / "store"), csv), {}), rounds=5)
    assert net.position("flights.csv") == ROWS
    if stage != "decode":
        assert net["overall/flights"] == ROWS
    assert ("carriers/UA/grade" in net) == (stage in {"python", "store"})
    rate("rows_per_second", lambda seconds: ROWS / seconds)
