"""A driver whose methods are coroutines has an event loop of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

import bassline as bl
from tests.waiting import until


class Async(bl.BridgeDriver, bl.StorageDriver):
    """Every method is a coroutine."""

    def __init__(self):
        self.called, self.loops, self.threads = [], set(), set()
        self.task, self.ended = None, None

    async def note(self, what):
        await asyncio.sleep(0)
        self.called.append(what)
        self.loops.add(id(asyncio.get_running_loop()))
        self.threads.add(threading.get_ident())

    async def forever(self):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise

    async def initialize(self, context):
        await self.note("initialize")
        self.task = asyncio.create_task(self.forever())

    async def load(self):
        await self.note("load")

    async def start_listening(self, input):
        await self.note("start_listening")

    async def check_preconditions(self, batch):
        await self.note("check_preconditions")

    async def handle_changes(self, batch):
        await self.note(("handle", batch.values))

    async def check_postconditions(self, batch):
        await self.note("check_postconditions")

    async def handle_command(self, command):
        await self.note("command")
        return command.name

    async def health(self):
        await self.note("health")
        return "fine, more or less"

    async def stats(self):
        await self.note("stats")
        return {"calls": len(self.called)}

    async def stop_listening(self):
        await self.note("stop_listening")

    async def shutdown(self, force):
        await self.note("shutdown")
        assert not self.task.done()


def test_every_method_may_be_a_coroutine_and_all_run_on_one_loop(net):
    driver = Async()
    net.attach(driver, name="async")
    net.contact("x", 1)
    net.flush()
    assert net.command("async", "open") == "open"
    assert net.health("async")["says"] == "fine, more or less"
    assert net.stats("async")["calls"] == len(driver.called)
    net["x"] = 2
    net.flush()
    assert driver.ended is None
    net.detach("async")
    assert driver.called == [
        "initialize",
        "load",
        "start_listening",
        *["check_preconditions", ("handle", [1]), "check_postconditions"],
        *["command", "health", "stats"],
        *["check_preconditions", ("handle", [2]), "check_postconditions"],
        *["stop_listening", "shutdown"],
    ]
    assert (len(driver.loops), len(driver.threads)) == (1, 1)
    assert driver.ended == "cancelled"


def test_what_a_coroutine_raises_counts_as_what_a_method_raises(net):
    class Fails(Async):
        tries = 0

        async def handle_changes(self, batch):
            await asyncio.sleep(0)
            Fails.tries += 1
            if Fails.tries == 1:
                raise ConnectionError("not now")
            if Fails.tries == 2:
                return bl.Backpressure(0)
            if "full" in batch.values:
                raise MemoryError("over")
            return None

    net.attach(Fails(), name="fails", pause=0)
    net.contact("x", 1)
    net.flush()
    assert Fails.tries == 3
    net["x"] = "full"
    with pytest.raises(bl.DriverError, match="over"):
        net.flush()


def test_a_coroutine_cannot_flush_its_own_network_and_may_write_to_it(net):
    said = []

    class Writes(bl.Driver):
        async def handle_changes(self, batch):
            if batch.paths == ["x"]:
                net["y"] = batch.values[-1]
                try:
                    net.flush()
                except bl.BasslineError as error:
                    said.append(str(error))

    net.contact("x", 0)
    net.contact("y", 0)
    net.attach(Writes(), name="writes", snapshot=False)
    net["x"] = 7
    net.flush()
    assert net["y"] == 7
    assert "would wait for itself" in said[0]


class Background(bl.Driver):
    """It starts something when it begins, and its other methods are plain."""

    def __init__(self, work):
        self.work, self.threads, self.task = work, set(), None

    async def initialize(self, context):
        self.threads.add(threading.get_ident())
        self.task = asyncio.create_task(self.work())

    def handle_changes(self, batch):
        self.threads.add(threading.get_ident())
        assert asyncio.get_running_loop()


def test_what_a_driver_starts_goes_on_between_its_calls(net):
    beats, silent = [], threading.Event()

    async def beat():
        for n in range(20):
            await asyncio.sleep(0.005)
            beats.append((n, threading.get_ident()))
        silent.set()

    driver = Background(beat)
    net.attach(driver, name="beats")
    assert silent.wait(30)
    net.contact("x", 1)
    net.flush()
    assert [n for n, _ in beats] == list(range(20))
    assert {thread for _, thread in beats} == driver.threads
    assert len(driver.threads) == 1


def test_what_a_driver_starts_may_write_and_is_refused_to_wait_for_itself(net):
    said, done = [], threading.Event()
    net.contact("y", 0)

    async def work():
        net["y"] = 5
        try:
            net.flush()
        except bl.BasslineError as error:
            said.append(str(error))
        done.set()

    net.attach(Background(work), name="works", max_records=1, timeout=30)
    assert done.wait(30)
    net.flush()
    assert net["y"] == 5
    assert "would wait for itself" in said[0]


@pytest.mark.parametrize("way_out", [SystemExit, KeyboardInterrupt])
def test_what_a_driver_starts_ends_itself_alone(net, way_out, caplog):
    async def leave():
        raise way_out

    driver = Background(leave)
    net.attach(driver, name="leaves")
    until(lambda: driver.task.done())
    net.contact("x", 1)
    net.flush()
    until(lambda: way_out.__name__ in caplog.text)
    assert net.drivers["leaves"]["state"] == "idle"


def test_a_coroutine_that_exits_ends_its_driver(net):
    class Exits(bl.Driver):
        async def handle_changes(self, batch):
            raise SystemExit("enough")

    net.attach(Exits(), name="exits")
    net.contact("x", 1)
    with pytest.raises(bl.DriverError, match="enough"):
        net.flush()


def test_a_restarted_driver_has_a_new_loop_and_what_it_had_started_is_ended(net):
    class Fails(Async):
        failed = False

        async def handle_changes(self, batch):
            if not Fails.failed:
                Fails.failed = True
                raise MemoryError("once")
            await self.note("handle")

    driver = Fails()
    net.attach(driver, name="fails")
    first = driver.task
    net.contact("x", 1)
    with pytest.raises(bl.DriverError, match="once"):
        net.flush()
    net.restart("fails")
    net.flush()
    assert first.cancelled()
    assert driver.task is not first
    assert not driver.task.done()


def test_a_method_that_answers_a_coroutine_is_waited_for_on_a_loop_too(net):
    seen = []

    class Plain(bl.Driver):
        def handle_changes(self, batch):
            return self.later(batch.values)

        async def later(self, values):
            await asyncio.sleep(0)
            seen.extend(values)

    net.attach(Plain(), name="plain")
    net.contact("x", 1)
    net.flush()
    net["x"] = 2
    net.flush()
    assert seen == [1, 2]
