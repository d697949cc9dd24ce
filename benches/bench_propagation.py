"""Through the Python API: set and settle on the usual shapes, single reads and writes, bulk updates, Python gadgets.

`ns_per_gadget` of a shape is its best time over the gadgets one write fires; the write itself is in it,
and measured alone in `bench_write`. Peers run chain and fan-out in the same run; without them it fails:
`.venv/bin/python -m pip install csp reaktiv psygnal`, or leave them out with `-k 'not peer'`.
"""

from __future__ import annotations

import importlib
import sys
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

import bassline as bl


def each(gadgets):
    """Seconds as ns per gadget, of so many."""
    return lambda seconds: seconds * 1e9 / gadgets


# ----------------------------------------------------------------------------------------------------------------------
# Shapes. Each declares gadgets from the contact "x" on; says how many a write fires, which is last, and what it holds.


def chain(net, n):
    at = "x"
    for i in range(n):
        net.gadget("math.add", a=at, b=1.0, sum=f"c{i}")
        at = f"c{i}"
    return n, at, lambda x: x + n


def fanout(net, n):
    for i in range(n):
        net.gadget("math.add", a="x", b=1.0, sum=f"c{i}")
    return n, f"c{n - 1}", lambda x: x + 1


def diamond_grid(net, n):
    """Layers of ten; each contact adds two neighbours of the layer before."""
    row = ["x"] * 10
    for layer in range(n // 10):
        below = [f"c{layer}_{i}" for i in range(10)]
        for i in range(10):
            net.gadget("math.add", a=row[i], b=row[i - 1], sum=below[i])
        row = below
    return n, row[0], lambda x: x * 2.0 ** (n // 10)


def adder_tree(net, leaves):
    """The sum of all leaves; only "x", one of them, changes."""
    row = ["x", *(net.contact(f"leaf{i}", 1.0).path for i in range(1, leaves))]
    depth = 0
    while len(row) > 1:
        depth += 1
        above = [f"c{depth}_{i}" for i in range(len(row) // 2)]
        for i, contact in enumerate(above):
            net.gadget("math.add", a=row[2 * i], b=row[2 * i + 1], sum=contact)
        row = above
    return depth, row[0], lambda x: x + leaves - 1


@pytest.mark.parametrize(
    ("shape", "n"),
    [
        (chain, 1_000),
        (chain, 100_000),
        (fanout, 1_000),
        (fanout, 100_000),
        (diamond_grid, 1_000),
        (adder_tree, 1_024),
        (adder_tree, 65_536),
    ],
    ids=lambda given: f"{given}" if isinstance(given, int) else given.__name__,
)
def bench_settle(benchmark, rate, shape, n):
    net = bl.Network()
    x = net.contact("x", 0.0)
    with net.batch():
        fired, last, expected = shape(net, n)
    numbers = count(1)

    def write():
        x.value = float(next(numbers))

    benchmark(write)
    rate("ns_per_gadget", each(fired))
    assert net[last] == expected(x.value)


def bench_python_chain(benchmark, rate):
    """A chain of a hundred Python gadgets."""
    net = bl.Network()
    x = net.contact("x", 0.0)
    for i in range(100):
        net.gadget(
            lambda value: value + 1.0, name=f"g{i}", inputs={"value": f"c{i - 1}" if i else "x"}, outputs=f"c{i}"
        )
    numbers = count(1)

    def write():
        x.value = float(next(numbers))

    benchmark(write)
    rate("ns_per_gadget", each(100))
    assert net["c99"] == x.value + 100


# ----------------------------------------------------------------------------------------------------------------------
# Single operations


def bench_write(benchmark):
    """contact.value = x: one tick."""
    x = bl.Network().contact("x", 0)
    numbers = count(1)

    def write():
        x.value = next(numbers)

    benchmark(write)


def bench_write_by_path(benchmark):
    """net[path] = x: one tick."""
    net = bl.Network()
    net.contact("shop/price", 0)
    numbers = count(1)

    def write():
        net["shop/price"] = next(numbers)

    benchmark(write)


def bench_read(benchmark):
    """contact.value."""
    x = bl.Network().contact("x", 1.5)
    assert benchmark(lambda: x.value) == 1.5


def bench_read_by_path(benchmark):
    """net[path]."""
    net = bl.Network()
    net.contact("shop/price", 1.5)
    assert benchmark(lambda: net["shop/price"]) == 1.5


def bench_update(benchmark, rate):
    """net.update of 10,000 contacts: one tick."""
    net = bl.Network()
    paths = [net.contact(f"c{i}", -1).path for i in range(10_000)]
    numbers = count()

    def update():
        number = next(numbers)
        net.update(dict.fromkeys(paths, number))

    benchmark(update)
    assert net["c9999"] == next(numbers) - 1
    rate("ns_per_contact", each(len(paths)))


# ----------------------------------------------------------------------------------------------------------------------
# Peers: each gives a shape of so many nodes, as a function that makes one tick (csp: as many as it says)


def peer(name):
    """Import it; one that is not there is no figure left out in silence."""
    try:
        return importlib.import_module(name)
    except ImportError:
        install = f".venv/bin/python -m pip install {name}"
        pytest.fail(f"{name} is not installed: {install}, or leave the peers out with -k 'not peer'", pytrace=False)


def csp_shape(shape, n):
    csp = peer("csp")
    ticks = 20_000  # in one run of its engine, so that starting it weighs little

    @csp.node
    def hold(xs: [csp.ts[float]]):  # nothing that nobody reads is built
        with csp.start():
            csp.make_passive(xs)

    @csp.graph
    def graph():
        x = csp.count(csp.timer(timedelta(seconds=1))) * 1.0
        if shape == "chain":
            for _ in range(n):
                x = x + 1.0
            hold([x])
        else:
            hold([x + float(i) for i in range(n)])

    def run():
        csp.run(graph, starttime=datetime(2020, 1, 1, tzinfo=UTC), endtime=timedelta(seconds=ticks), realtime=False)

    return run, ticks


def reaktiv_shape(shape, n):
    reaktiv = peer("reaktiv")
    x = reaktiv.Signal(0.0)
    nodes = []
    for _ in range(n):
        source = nodes[-1] if shape == "chain" and nodes else x
        nodes.append(reaktiv.Computed(lambda source=source: source() + 1.0))
    held = [reaktiv.Effect(node) for node in (nodes[-1:] if shape == "chain" else nodes)]
    numbers = count(1)
    return lambda: (x.set(float(next(numbers))), held)[0], 1


def psygnal_shape(shape, n):
    psygnal = peer("psygnal")

    class Node:
        changed = psygnal.Signal(float)

        def take(self, value):
            self.value = value + 1.0
            self.changed.emit(self.value)

    x = Node()
    nodes = [x]
    for _ in range(n):
        node = Node()
        (nodes[-1] if shape == "chain" else x).changed.connect(node.take)
        nodes.append(node)  # it is held weakly
    numbers = count(1)
    return lambda: (x.changed.emit(float(next(numbers))), nodes)[0], 1


@pytest.mark.parametrize("shape", ["chain", "fanout"])
@pytest.mark.parametrize("make", [csp_shape, reaktiv_shape, psygnal_shape], ids=["csp", "reaktiv", "psygnal"])
@pytest.mark.filterwarnings("ignore")
def bench_peer(benchmark, rate, make, shape):
    """The same shapes of 1,000 nodes elsewhere."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)  # they recurse along a chain
    try:
        tick, ticks = make(shape, 1_000)
        benchmark(tick)
    finally:
        sys.setrecursionlimit(limit)
    rate("ns_per_gadget", each(1_000 * ticks))
