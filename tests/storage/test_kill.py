"""kill -9 of a plain Python writer: nothing acknowledged is lost, and what is there is the replay of the first ticks."""

from __future__ import annotations

import os
import random

import pytest

import bassline as bl

STORES = ["sqlite", "journal"]  # by scheme
KILLS = int(os.environ.get("BASSLINE_KILLS", "25"))  # of each store; many for a soak
SEED = int(os.environ.get("BASSLINE_SEED", random.randrange(2**32)))

WRITER = """
import bassline as bl
from tests.storage.test_kill import declare, step
net = bl.Network({url!r})
declare(net)
first = net.position("steps") or 0
for n in range(first + 1, 10**9):
    step(net, n)
    if n % 7 == 0:
        net.flush()
        print(n)
"""


def declare(net):
    net.contact("events", blend="stream")
    net.contact("last", 0)
    net.contact("peak", 0, blend="max")
    net.gadget("stat.count", value="events", count="count")
    net.gadget("stat.sum", value="last", sum="sum")
    net.gadget("math.multiply", a="last", b="count", product="product")
    counting = {"primitive": "stat.count", "inputs": {"value": "in"}, "outputs": {"count": "n"}}
    template = {"contacts": [{"id": "in", "blend": "stream"}], "gadgets": [counting]}
    net.gadget("stream.route", record="events", key="k", into="by", entry="in", template=template)
    net.wire("last", "peak", kind="directed")


def step(net, n):
    """The nth tick; each is known by its number alone."""
    mixed = n * 2_654_435_761 % 1_000_003
    with net.batch(source="steps", position=n):
        net["last"] = mixed
        net["events"] = {"k": f"k{mixed % 50}", "n": n}
        if n % 11 == 0:
            net["events"] = {"k": "eleven", "n": n}
        if n % 100 == 0:
            net.contact(f"made/{n}", n)
        if n % 300 == 0:
            net.remove(f"made/{n - 100}")


def state(net):
    return {path: (contact.value, contact.version) for path, contact in net.contacts.items()}, net.tick


@pytest.fixture(params=STORES)
def url(request, tmp_path):
    return f"{request.param}:{tmp_path}/shop"


@pytest.mark.timeout(max(120, 10 * KILLS))
def test_nothing_acknowledged_is_lost_or_doubled_and_the_state_is_that_of_a_replay(program, url):
    """What is acknowledged is noted here, outside of the process that is killed."""
    moments = random.Random(SEED)
    replayed = bl.Network()
    declare(replayed)
    done = 0
    for kill in range(KILLS):
        writer = program.start(WRITER.format(url=url))
        wanted = moments.randrange(1, 60)
        acknowledged = [int(writer.stdout.readline()) for _ in range(wanted)]
        writer.kill()
        rest, errors = writer.communicate()
        acknowledged += [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        assert writer.returncode == -9, errors
        with bl.Network(url) as net:
            stored = net.position("steps")
            assert stored >= acknowledged[-1], f"kill {kill}, BASSLINE_SEED={SEED}"
            for n in range(done + 1, stored + 1):
                step(replayed, n)
            done = stored
            assert state(net) == state(replayed), f"kill {kill}, BASSLINE_SEED={SEED}"
            assert net["count"] == events(done), f"kill {kill}, BASSLINE_SEED={SEED}: events were lost or doubled"


def events(steps):
    """How many events the first steps have made, by arithmetic alone."""
    return steps + steps // 11


def test_a_store_that_was_killed_is_no_longer_in_use(program, url):
    writer = program.start(WRITER.format(url=url))
    writer.stdout.readline()
    writer.kill()
    writer.communicate()
    with bl.Network(url) as net:
        assert net.position("steps") >= 7


def test_a_killed_writer_leaves_no_file_behind_once_the_store_was_closed(program, store):
    writer = program.start(WRITER.format(url="shop.db"))
    writer.stdout.readline()
    writer.kill()
    writer.communicate()
    with bl.Network(store):
        pass
    assert [path.name for path in store.parent.iterdir() if path.name.startswith("shop")] == ["shop.db"]
