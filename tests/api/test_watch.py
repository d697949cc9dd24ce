"""Watching in a loop: what comes, in which order, what a slow watcher is left with, and when it ends."""

from __future__ import annotations

import contextlib
import copy
import threading
import time

import pytest

import bassline as bl
from tests.waiting import until


def told(changes):
    return [(change.tick, change.index, change.path, change.old, change.new, change.cause) for change in changes]


class Keep(bl.Driver):
    def __init__(self):
        self.changes = []

    def handle_changes(self, batch):
        self.changes += batch


def test_a_watch_a_subscriber_and_a_driver_are_told_the_same(net):
    subscriber, driver = [], Keep()
    watch = net.watch("**")
    net.on_change("**", subscriber.append)
    net.attach(driver, snapshot=False)
    net.declare({"a": 1, "g/b": 2.5})
    net.contact("events", blend="stream")
    net.gadget("math.add", a="a", b="g/b", sum="total")
    with net.batch("desk"):
        net["events"] = "one"
        net["a"] = 7
        net["events"] = "two"
    net.flush()
    assert told(watch.drain()) == told(subscriber) == told(driver.changes)
    assert len(subscriber) == 7


def test_only_the_contacts_of_the_pattern_are_told_with_their_place_in_the_tick(net):
    net.declare({"sensors/a": 0, "sensors/deep/b": 0, "price": 0})
    patterns = ["price", "sensors/*", "sensors/**", "*", "**/b", "nothing"]
    watches = [net.watch(pattern) for pattern in patterns]
    net.update({"price": 1, "sensors/deep/b": 1, "sensors/a": 1})
    seen = {watch.pattern: [(change.path, change.index) for change in watch.drain()] for watch in watches}
    price, b, a = ("price", 0), ("sensors/deep/b", 1), ("sensors/a", 2)
    assert seen == {
        "price": [price],
        "sensors/*": [a],
        "sensors/**": [b, a],
        "*": [price],
        "**/b": [b],
        "nothing": [],
    }


def test_contacts_that_come_go_and_come_again_are_told_under_the_name_they_have(net):
    xs, ys = net.watch("x"), net.watch("y")
    for n in range(3):
        net.contact("x", n)
        net.remove("x")
        net.contact("y", n)  # where x was
        net.remove("y")
    assert [change.new for change in xs.drain()] == [0, 1, 2] == [change.new for change in ys.drain()]


def test_what_was_before_is_not_told_nor_what_is_rolled_back_nor_what_stays_the_same(net):
    x = net.contact("x", 1)
    with net.watch("*") as watch:
        x.value = 1
        with pytest.raises(ZeroDivisionError), net.batch():
            x.value = 2
            net.contact("y", 1)
            raise ZeroDivisionError
        assert watch.pending == 0
        x.value = 3
        assert [(change.old, change.new) for change in watch.drain()] == [(1, 3)]


def test_a_batch_is_told_when_it_commits(net):
    x = net.contact("x", 0)
    watch = net.watch("x")
    with net.batch():
        x.value = 1
        x.value = 2
        assert watch.pending == 0
    assert [change.new for change in watch.drain()] == [2]


def test_a_restored_snapshot_is_told(net):
    x = net.contact("x", 1)
    before = net.snapshot()
    x.value = 2
    watch = net.watch("x")
    net.restore(before.id)
    assert [(change.old, change.new) for change in watch.drain()] == [(2, 1)]


# ----------------------------------------------------------------------------------------------------------------------
# A slow watcher


def test_up_to_the_bound_every_change_is_there(net):
    x = net.contact("x", 0)
    watch = net.watch("x", max_pending=50)
    for n in range(1, 51):
        x.value = n
    assert (watch.pending, watch.coalesced, watch.missed) == (50, 0, 0)
    assert [change.new for change in watch.drain()] == list(range(1, 51))


def test_beyond_the_bound_the_newest_state_of_each_contact_is_there_and_tells_what_was_before_all(net):
    contacts = net.declare({f"c{at}": 0 for at in range(10)})
    watch = net.watch("*", max_pending=4)
    for n in range(1, 101):
        for at, contact in enumerate(contacts):
            contact.value = n * 100 + at
    assert watch.pending == 10
    left = watch.drain()
    assert [(change.path, change.old, change.new, change.tick) for change in left] == [
        (f"c{at}", 0, 10_000 + at, net.tick - 9 + at) for at in range(10)
    ]
    assert (watch.coalesced, watch.missed) == (990, 0)


@pytest.mark.parametrize("bound", [1, 2, 3, 7])
def test_whatever_the_bound_the_last_value_is_the_last_told_and_each_goes_on_where_the_one_before_ended(net, bound):
    x = net.contact("x", 0)
    watch = net.watch("x", max_pending=bound)
    at, taken = 0, 0
    for n in range(1, 200):
        x.value = n
        if n % 11 == 0:
            change = watch.get(timeout=0)
            assert change.old == at
            at, taken = change.new, taken + 1
    left = watch.drain()
    for change in left:
        assert change.old == at
        at = change.new
    assert at == 199
    assert len(left) == bound
    assert watch.coalesced + taken + len(left) == 199


def test_a_stream_loses_its_oldest_events_and_counts_them(net):
    events, x = net.contact("events", blend="stream"), net.contact("x", 0)
    watch = net.watch("*", max_pending=5)
    for n in range(1, 101):
        events.value = n
        x.value = n
    left = [(change.path, change.old, change.new) for change in watch.drain()]
    assert left == [
        ("events", 96, 97),
        ("events", 97, 98),
        ("events", 98, 99),
        ("events", 99, 100),
        ("x", 0, 100),
    ]
    assert (watch.coalesced, watch.missed) == (99, 96)


def test_a_watcher_that_never_takes_anything_delays_nobody_and_stays_small(net):
    x, other = net.contact("x", 0), net.watch("x", max_pending=10**6)
    lazy = net.watch("x", max_pending=3)
    for n in range(1, 5_001):
        x.value = n
    assert (lazy.pending, other.pending) == (3, 5_000)
    assert lazy.coalesced == 4_997


# ----------------------------------------------------------------------------------------------------------------------
# Waiting


def test_get_takes_the_oldest_waits_as_long_as_asked_and_says_so_when_nothing_came(net):
    x = net.contact("x", 0)
    watch = net.watch("x")
    x.value = 1
    x.value = 2
    assert [watch.get().new, watch.get(timeout=0).new] == [1, 2]
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="no contact of 'x' changed within 0.12 seconds"):
        watch.get(timeout=0.12)
    assert 0.11 < time.monotonic() - started < 30
    for none in (0, -1, float("nan"), float("-inf")):
        with pytest.raises(bl.NoChangeError):
            watch.get(timeout=none)


def test_a_loop_waits_for_what_another_thread_writes(net):
    x = net.contact("x", 0)
    seen = []

    def follow():
        for change in watch:
            seen.append(change.new)
            if change.new == 300:
                return

    watch = net.watch("x")
    follower = threading.Thread(target=follow)
    follower.start()
    for n in range(1, 301):
        x.value = n
        if n % 100 == 0:
            until(lambda n=n: seen[-1:] == [n])  # it waits again
    follower.join(60)
    assert seen == list(range(1, 301))


def test_several_watches_and_several_takers_of_one(net):
    x = net.contact("x", 0)
    shared, alone = net.watch("x"), net.watch("x")
    taken = [[] for _ in range(4)]

    def take(into):
        into.extend(change.new for change in shared)

    takers = [threading.Thread(target=take, args=[into]) for into in taken]
    for taker in takers:
        taker.start()
    for n in range(1, 2_001):
        x.value = n
    until(lambda: shared.pending == 0)
    until(lambda: sum(map(len, taken)) == 2_000)
    shared.close()
    for taker in takers:
        taker.join(60)
        assert not taker.is_alive()
    assert (
        sorted(new for into in taken for new in into)
        == list(range(1, 2_001))
        == [change.new for change in alone.drain()]
    )
    assert all(into == sorted(into) for into in taken)


def test_many_writers_and_every_watch_sees_all_in_the_order_of_ticks(net):
    contacts = net.declare({f"w{at}/x": 0 for at in range(4)})
    watch = net.watch("*/x", max_pending=10**6)

    def write(contact):
        for n in range(1, 501):
            contact.value = n

    writers = [threading.Thread(target=write, args=[contact]) for contact in contacts]
    for writer in writers:
        writer.start()
    seen = [watch.get(timeout=60) for _ in range(2_000)]
    for writer in writers:
        writer.join()
    assert [change.tick for change in seen] == sorted(change.tick for change in seen)
    for at in range(4):
        assert [change.new for change in seen if change.path == f"w{at}/x"] == list(range(1, 501))


@pytest.mark.parametrize("where", ["batch", "gadget", "transaction"])
def test_waiting_where_the_change_would_have_to_wait_is_refused(net, where):
    x = net.contact("x", 0)
    watch = net.watch("y")
    errors = []

    def wait():
        for call in (lambda: next(watch), lambda: watch.get(timeout=5)):
            with pytest.raises(bl.BasslineError, match="inside a .*never comes") as caught:
                call()
            errors.append(caught.value)
        with pytest.raises(bl.NoChangeError):
            watch.get(timeout=0)
        assert watch.drain() == []

    if where == "batch":
        with net.batch():
            wait()
    elif where == "transaction":
        net.scheduler = "transactional"
        x.value = 1
        wait()
        net.abort()
    else:

        @net.gadget
        def waiting(x):
            wait()

    assert len(errors) == 2


def test_a_subscriber_may_wait_for_another_thread(net):
    net.declare({"x": 0, "y": 0})
    seen = []

    def ask(change):
        with net.watch("y") as watch:
            writer = threading.Thread(target=net.update, args=[{"y": change.new}])
            writer.start()
            seen.append(watch.get(timeout=60).new)
            writer.join(60)

    net.on_change("x", ask)
    net["x"] = 5
    assert seen == [5]


# ----------------------------------------------------------------------------------------------------------------------
# Ending


def test_closing_drops_what_is_there_and_ends_the_loop(net):
    x = net.contact("x", 0)
    with net.watch("x") as watch:
        x.value = 1
        assert (watch.pending, watch.closed) == (1, False)
    assert (watch.pending, watch.closed, list(watch)) == (0, True, [])
    x.value = 2
    assert watch.drain() == []
    watch.close()
    with pytest.raises(bl.BasslineError, match="closed and nothing is left"):
        watch.get()


@pytest.mark.parametrize("close", ["watch", "network"])
@pytest.mark.parametrize("taking", ["loop", "get"])
def test_whoever_waits_when_it_is_closed_comes_to_an_end(close, taking):
    net = bl.Network()
    watch = net.watch("x")
    ended = []

    def follow():
        if taking == "loop":
            ended.extend(watch)
            ended.append("the end")
            return
        try:
            watch.get(timeout=60)
        except bl.BasslineError as error:
            ended.append(type(error))

    followers = [threading.Thread(target=follow) for _ in range(3)]
    for follower in followers:
        follower.start()
    time.sleep(0.02)
    (watch if close == "watch" else net).close()
    for follower in followers:
        follower.join(60)
        assert not follower.is_alive()
    assert ended == (["the end"] if taking == "loop" else [bl.BasslineError]) * 3
    net.close()


def test_what_was_committed_before_the_network_closed_can_still_be_taken():
    net = bl.Network()
    x = net.contact("x", 0)
    watch = net.watch("x")
    for n in range(1, 4):
        x.value = n
    net.close()
    assert (watch.closed, watch.pending) == (True, 3)
    assert [change.new for change in watch] == [1, 2, 3]


def test_what_drivers_answer_while_the_network_closes_is_told(net):
    class Answer(bl.Driver):
        def handle_changes(self, batch):
            for change in batch:
                if change.path == "x":
                    net["y"] = change.new

    net.declare({"x": 0, "y": 0})
    watch = net.watch("y")
    net.attach(Answer(), max_age=3600, snapshot=False)
    net["x"] = 5
    net.close()
    assert [change.new for change in watch] == [5]


def test_a_watch_that_nobody_holds_is_forgotten():
    net = bl.Network(history=0)  # nothing else holds what was written
    x = net.contact("x", 0)
    for n in range(100):
        watch = net.watch("x")
        x.value = n + 1
        assert watch.get(timeout=0).new == n + 1
        del watch

    class Noisy:
        """It comes back into the network when it is let go of, which must not wait for a lock that is held for its sake."""

        def __del__(self):
            with contextlib.suppress(bl.BasslineError):  # within a tick it is refused
                net.update({"x": net["x"] + 1})
            dropped.append(1)

    dropped = []
    held = net.contact("held")
    watch = net.watch("held", max_pending=1)
    for _ in range(5):
        held.value = Noisy()
    held.value = None
    del watch
    x.value = 0
    until(lambda: len(dropped) == 5)


def test_watching_a_closed_network_or_the_past_is_refused(store):
    with bl.Network(store) as net:
        net.contact("x", 1)
        net.flush()
        with pytest.raises(bl.BasslineError, match="after tick 1 nothing changes; watch the network itself"):
            net.as_of(1).watch("x")
    with pytest.raises(bl.BasslineError, match="closed"):
        net.watch("x")


def test_a_watch_keeps_its_network():
    watch = bl.Network().watch("x")
    contact = bl.Network().contact("x", 1)
    del contact
    assert (watch.closed, watch.drain()) == (False, [])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda net: net.watch(5), TypeError),
        (lambda net: net.watch("\ud800"), bl.ValueTypeError),
        (lambda net: net.watch("x", max_pending=0), bl.DeclarationError),
        (lambda net: net.watch("x", max_pending=-1), bl.ValueRangeError),
        (lambda net: net.watch("x", max_pending=2.5), TypeError),
        (lambda net: net.watch("x").get("soon"), TypeError),
        (lambda net: net.watch("x").get(timeout=10**400), bl.ValueRangeError),
        (lambda net: copy.copy(net.watch("x")), TypeError),
        (lambda net: copy.deepcopy(net.watch("x")), TypeError),
        (lambda net: bl.Watch(5, "x"), TypeError),
    ],
)
def test_what_makes_no_sense_is_refused(net, call, error):
    with pytest.raises(error):
        call(net)


def test_its_repr_says_how_it_stands(net):
    x, watch = net.contact("x", 0), net.watch("*", max_pending=2)
    assert repr(watch) == "<Watch '*': 0 pending>"
    for n in range(5):
        x.value = n + 1
    assert repr(watch) == "<Watch '*': 2 pending, 3 coalesced>"
    watch.close()
    assert repr(watch) == "<Watch '*': 0 pending, 3 coalesced, closed>"


# ----------------------------------------------------------------------------------------------------------------------
# Subscribers, who are found by the same index


def test_subscribers_are_called_in_the_order_they_came_and_not_after_they_left(net):
    x = net.contact("x", 0)
    order = []
    first = net.on_change("**", lambda change: order.append("first"))
    net.on_change("x", lambda change: (order.append("second"), third()))
    third = net.on_change("*", lambda change: order.append("third"))
    net.on_change("**/x", lambda change: order.append("fourth"))
    x.value = 1
    first()
    first()
    x.value = 2
    assert order == ["first", "second", "fourth", "second", "fourth"]
