"""Gadgets that are coroutines: outside the tick, one call at a time, each answer a tick of its own."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading
import traceback
import weakref

import pytest

import bassline as bl
from tests.waiting import until


class Gate:
    """Lets calls that wait at it go, one at a time; on whatever loop they are."""

    def __init__(self):
        self.entered, self.waiting = [], []

    async def wait(self, value):
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        self.waiting.append((loop, event))
        self.entered.append(value)
        await event.wait()
        return value

    def pass_one(self):
        until(lambda: self.waiting)
        loop, event = self.waiting.pop(0)
        with contextlib.suppress(RuntimeError):  # closed with its network
            loop.call_soon_threadsafe(event.set)

    def open(self):
        while self.waiting:
            self.pass_one()


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.open()


def held(net, gate, **options):
    """A gadget `answer` of the contact `x`, whose calls wait at the gate; answers what it wrote."""
    written = []
    net.contact("x")
    net.on_change("answer", lambda change: written.append(change.new))

    async def answer(x):
        return await gate.wait(x)

    net.gadget(answer, **options)
    return written


def test_the_answer_is_a_tick_of_its_own_after_that_of_the_write(net, gate):
    written = held(net, gate)
    x = net.contacts["x"]
    before = net.tick
    x.value = 1
    assert (net.tick, net["answer"]) == (before + 1, bl.Nothing)
    gate.pass_one()
    net.settle()
    assert (net.tick, net["answer"], written) == (before + 2, 1, [1])
    assert net.contacts["answer"].version == before + 2


def test_of_what_comes_while_a_call_runs_the_newest_is_called_and_each_finished_answer_is_delivered(net, gate):
    written = held(net, gate)
    for value in range(1, 6):
        net["x"] = value
        until(lambda: gate.entered)
    assert gate.entered == [1]
    gate.pass_one()
    until(lambda: len(gate.entered) == 2)
    net["x"] = 6
    gate.pass_one()
    gate.pass_one()
    net.settle()
    assert (gate.entered, written) == ([1, 5, 6], [1, 5, 6])


def test_in_a_queue_every_call_is_made_in_order_and_one_at_a_time(net, gate):
    written = held(net, gate, mode="queue")
    for value in range(1, 6):
        net["x"] = value
    until(lambda: gate.entered)
    assert gate.entered == [1]
    for _ in range(5):
        gate.pass_one()
    net.settle()
    assert (gate.entered, written) == ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])


def test_every_event_of_a_stream_is_a_call_in_a_queue(net):
    net.contact("events", blend="stream")
    net.contact("seen", blend="stream")
    seen = []
    net.on_change("seen", lambda change: seen.append(change.new))

    @net.gadget(outputs="seen", mode="queue")
    async def see(events):
        await asyncio.sleep(0)
        return events

    with net.batch():
        for event in (1, 1, 2):
            net["events"] = event
    net.settle()
    assert seen == [1, 1, 2]


def test_gadgets_run_beside_each_other(net):
    meeting = threading.Barrier(2)

    async def meet(x):
        return await asyncio.to_thread(meeting.wait, 30) >= 0 and x

    net.contact("x", 1)
    net.gadget(meet, name="one", outputs="one")
    net.gadget(meet, name="other", outputs="other")
    net.settle()
    assert (net["one"], net["other"]) == (1, 1)


def test_tuples_dicts_nothing_and_defaults_are_as_in_plain_functions(net):
    net.contact("x", 2)
    net.contact("rate")

    @net.gadget(outputs=("low", "high"))
    async def band(x, rate=10):
        return x - rate, x + rate

    @net.gadget(outputs=("a", "b"))
    async def part(x):
        return {"b": x}

    @net.gadget
    async def none(x):
        return bl.Nothing

    net.settle()
    assert (net["low"], net["high"], net["a"], net["b"], net["none"]) == (-8, 12, bl.Nothing, 2, bl.Nothing)
    net["rate"] = 1
    net.settle()
    assert (net["low"], net["high"]) == (1, 3)


def test_what_follows_from_an_answer_is_of_its_tick(net):
    net.contact("x", 2)

    @net.gadget
    async def twice(x):
        return 2 * x

    net.gadget("math.add", a="twice", b=1, sum="more")
    net.settle()
    net["x"] = 3
    net.settle()
    assert net["more"] == 7
    assert net.contacts["more"].version == net.contacts["twice"].version
    assert "twice = 6  (by twice, tick" in str(net.why("more"))


def test_a_tick_that_is_taken_back_calls_nothing(net):
    called = []
    net.contact("x")
    net.contact("y")

    @net.gadget
    async def note(x):
        called.append(x)

    @net.gadget
    def fail(y):
        raise ValueError("no")

    with pytest.raises(bl.GadgetError), net.batch():
        net["x"], net["y"] = 1, 1
    with pytest.raises(RuntimeError), net.batch():
        net["x"] = 2
        raise RuntimeError("no")
    net.settle()
    assert called == []


def test_an_answer_whose_input_was_lost_meanwhile_is_not_written(net, gate):
    written = held(net, gate)
    net["x"] = 1
    until(lambda: gate.entered)
    net.erase("x")
    gate.pass_one()
    net.settle()
    assert (net["answer"], written) == (bl.Nothing, [])


def test_an_answer_of_a_gadget_that_was_removed_is_not_written(net, gate):
    written = held(net, gate)
    net["x"] = 1
    until(lambda: gate.entered)
    net.remove(net.gadgets["answer"])
    gate.pass_one()
    net.settle()
    assert (net["answer"], written) == (bl.Nothing, [])


def test_an_answer_to_what_was_before_a_restore_is_not_written(net, gate):
    held(net, gate)
    snapshot = net.snapshot("before")
    net["x"] = 1
    until(lambda: gate.entered)
    net.restore(snapshot)
    net["x"] = 2
    gate.pass_one()
    gate.pass_one()
    net.settle()
    assert net["answer"] == 2


def test_a_failure_is_a_fault_and_is_told_to_who_settles_with_the_line_in_the_function(net):
    net.contact("x", 3)

    @net.gadget
    async def fails(x):
        await asyncio.sleep(0)
        raise ValueError(f"no {x}")

    with pytest.raises(bl.GadgetError, match=r"gadget 'fails'.*no 3") as caught:
        net.settle()
    assert 'raise ValueError(f"no {x}")' in "".join(traceback.format_exception(caught.value))
    assert "no 3" in net.contacts["fails"].fault
    net.settle()
    net.flush()


def test_a_fault_stays_until_the_next_call_has_succeeded(net, gate):
    net.contact("x", 1)

    @net.gadget(on_error="contain")
    async def answer(x):
        await gate.wait(x)
        if x == 1:
            raise ValueError("one")
        return x

    gate.pass_one()
    net.settle()
    assert "one" in net.contacts["answer"].fault
    net["x"] = 2
    until(lambda: len(gate.entered) == 2)
    assert "one" in net.contacts["answer"].fault
    gate.pass_one()
    net.settle()
    assert (net.contacts["answer"].fault, net["answer"]) == (None, 2)


@pytest.mark.parametrize("told", ["flush", "close"])
def test_who_flushes_or_closes_is_told_of_a_failure_too(told):
    net = bl.Network()
    net.contact("x", 3)

    @net.gadget
    async def fails(x):
        raise ValueError("no")

    net._coroutines().wait(None)
    assert "no" in net.contacts["fails"].fault
    with pytest.raises(bl.GadgetError, match="no"):
        getattr(net, told)()
    net.close()


def test_an_answer_that_makes_its_tick_fail_is_a_fault_and_is_told(net):
    net.contact("x", 1)

    @net.gadget
    def fails(answer):
        raise ValueError("later")

    @net.gadget
    async def answer(x):
        return x

    with pytest.raises(bl.GadgetError, match="answer.*could not be written.*later"):
        net.settle()
    assert (net["answer"], "later" in net.contacts["answer"].fault) == (bl.Nothing, True)


def test_a_wrong_number_of_outputs_is_a_fault(net):
    net.contact("x", 1)

    @net.gadget(outputs=("a", "b"), on_error="contain")
    async def answer(x):
        return x

    net.settle()
    assert "expected a tuple, list or dict for the outputs a, b" in net.contacts["a"].fault


def test_a_cancelled_call_is_told_and_the_next_one_is_made(net):
    net.contact("x", 1)

    @net.gadget
    async def answer(x):
        if x == 1:
            raise asyncio.CancelledError
        return x

    with pytest.raises(bl.GadgetError, match="CancelledError"):
        net.settle()
    net["x"] = 2
    net.settle()
    assert net["answer"] == 2


@pytest.mark.parametrize("way_out", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_way_out_inside_a_call_is_a_failure_of_it_and_ends_nothing_else(net, way_out):
    net.contact("x", 1)

    @net.gadget(on_error="contain")
    async def answer(x):
        if x == 1:
            raise way_out
        return x

    net.settle()
    assert way_out.__name__ in net.contacts["answer"].fault
    net["x"] = 2
    net.settle()
    assert net["answer"] == 2


def test_on_the_users_loop_calls_run_there_and_the_loop_goes_on():
    async def main():
        net = bl.Network()
        net.contact("x", 1)
        loops = []

        @net.gadget
        async def answer(x):
            loops.append(asyncio.get_running_loop())
            await asyncio.sleep(0.01)
            return x + 1

        beats = asyncio.create_task(asyncio.sleep(0.001))
        await net.asettle()
        assert beats.done()
        net["x"] = 5
        await net.asettle()
        assert loops == [asyncio.get_running_loop()] * 2
        with pytest.raises(bl.BasslineError, match=r"await net\.asettle"):
            net["x"] = 7
            net.settle()
        await net.asettle()
        await asyncio.to_thread(net.close)
        return net["answer"]

    assert asyncio.run(main()) == 8


def test_a_call_for_a_loop_that_is_closed_is_a_fault_that_says_so(net):
    net.contact("x")

    async def declare():
        @net.gadget
        async def answer(x):
            return x

    asyncio.run(declare())
    net["x"] = 1
    with pytest.raises(bl.GadgetError, match="Event loop is closed"):
        net.settle()
    assert "closed" in net.contacts["answer"].fault


def test_a_call_that_the_users_loop_cancels_at_its_end_is_told(net):
    net.contact("x", 1)

    async def main():
        @net.gadget
        async def answer(x):
            await asyncio.sleep(60)

        await asyncio.sleep(0.01)

    asyncio.run(main())
    with pytest.raises(bl.GadgetError, match="CancelledError"):
        net.settle()


def test_a_coroutine_may_write_and_read_the_network(net):
    net.contact("x", 1)
    net.contact("log")

    @net.gadget
    async def answer(x):
        net["log"] = x
        return net["log"] + 1

    net.settle()
    assert (net["log"], net["answer"]) == (1, 2)


def test_a_chain_of_coroutines_settles_as_a_whole(net):
    net.contact("c0", 0)
    for at in range(20):

        async def step(value):
            return value + 1

        net.gadget(step, name=f"step{at}", inputs={"value": f"c{at}"}, outputs=f"c{at + 1}")
    net.settle()
    assert net["c20"] == 20


def test_settling_in_too_little_time_names_what_runs(net, gate):
    held(net, gate)
    net["x"] = 1
    with pytest.raises(bl.NotSettledError, match=r"gadgets still run: 'answer' \(1\)"):
        net.settle(timeout=0.01)
    gate.pass_one()
    net.settle()


def test_closing_waits_for_what_runs(gate):
    net = bl.Network()
    written = held(net, gate)
    net["x"] = 1
    until(lambda: gate.entered)
    threading.Timer(0.05, gate.pass_one).start()
    net.close()
    assert (net["answer"], written) == (1, [1])


def test_closing_cuts_off_what_never_ends_and_names_it(gate):
    net = bl.Network()
    held(net, gate, mode="queue")
    net["x"] = 1
    net["x"] = 2
    until(lambda: gate.entered)
    with pytest.raises(bl.GadgetError, match=r"still ran: 'answer' \(2 calls\)"):
        net.close(timeout=0.01)
    net.close()
    assert net["answer"] is bl.Nothing


def test_a_network_nobody_holds_any_more_stays_until_its_calls_are_answered(gate, store):
    net = bl.Network(store)
    held(net, gate)
    net["x"] = 1
    until(lambda: gate.entered)
    gone = weakref.ref(net)
    del net
    gc.collect()
    gate.pass_one()
    until(lambda: gone() is None or gc.collect() is None)

    def stored():
        try:
            with bl.Network(store) as again:
                return again.get("answer") == 1
        except bl.StorageError:  # it is open still
            return False

    until(stored)


def test_the_end_of_the_interpreter_cuts_off_what_never_ends_and_says_so(program):
    done = program.run("""
import asyncio
import bassline as bl
import bassline.coroutines
bassline.coroutines._GRACE = 0.2
net = bl.Network(name="shop")
net.contact("x", 1)
@net.gadget
async def never(x):
    await asyncio.Event().wait()
""")
    assert (done.code, done.out) == (0, "")
    assert "bassline: network 'shop': the network closed while gadgets still ran: 'never' (1 calls)" in done.err


def test_the_end_of_the_interpreter_waits_for_what_ends(program):
    done = program.run("""
import asyncio
import bassline as bl
net = bl.Network("end.db")
net.contact("x", 1)
@net.gadget
async def soon(x):
    await asyncio.sleep(0.2)
    return x + 1
""")
    assert done.lines == []
    again = program.run("""
import bassline as bl
print(bl.Network("end.db")["soon"])
""")
    assert again.lines == ["2"]


def test_answers_are_stored_and_a_reopened_network_calls_nothing_by_itself(store, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "async_functions.py").write_text(
        "called = []\nasync def twice(x):\n    called.append(x)\n    return 2 * x\n"
    )
    import async_functions  # type: ignore[import-not-found]

    with bl.Network(store) as net:
        net.contact("x", 1)
        net.gadget(async_functions.twice, mode="queue")
        net.settle()
    async_functions.called.clear()
    with bl.Network(store) as net:
        assert net["twice"] == 2
        net.settle()
        assert async_functions.called == []
        net["x"] = 4
        net.settle()
        assert net["twice"] == 8
        net.gadget(async_functions.twice, mode="queue")
        with pytest.raises(bl.ConflictError, match="configuration"):
            net.gadget(async_functions.twice)


def test_mode_is_refused_for_what_is_no_coroutine_and_for_other_words(net):
    net.contact("x", 1)

    def plain(x):
        return x

    async def late(x):
        return x

    with pytest.raises(bl.DeclarationError, match="plain is none: write async def"):
        net.gadget(plain, mode="queue")
    with pytest.raises(bl.DeclarationError, match="'latest' or 'queue', found 'newest'"):
        net.gadget(late, mode="newest")
    assert list(net.gadgets) == []


def test_an_object_whose_call_is_a_coroutine_is_one(net):
    class Answer:
        async def __call__(self, x):
            return x + 1

    net.contact("x", 1)
    net.gadget(Answer(), name="answer", outputs="answer")
    net.settle()
    assert net["answer"] == 2


def test_aflush_waits_for_the_store_and_raises_what_failed(store):
    async def main():
        with bl.Network(store) as net:
            net.contact("x", 1)
            await net.aflush()
            assert net.drivers["store"]["lag_records"] == 0

    asyncio.run(main())
