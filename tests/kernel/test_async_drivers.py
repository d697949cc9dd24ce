"""A driver whose methods are coroutines has an event loop of its own."""

from __future__ import annotations

import asyncio
import threading

import pytest

import bassline as bl


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

    async def start_listening(self, input):  # noqa: A002
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
