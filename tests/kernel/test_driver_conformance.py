"""The suite for drivers passes good ones and catches wrong ones."""

from __future__ import annotations

import pytest

import bassline as bl
from bassline.testing import driver_conformance
from tests.kernel.scripted import Keep


class Table(bl.StorageDriver):
    """A good one: rows, and up to which tick they are."""

    def __init__(self):
        self.rows, self.stands = {}, None

    def load(self):
        return self.stands and bl.Stored(*self.stands, contents=self.rows)

    def take(self, path, value):
        self.rows[path] = value

    def handle_changes(self, batch):
        for change in self.order(batch):
            self.take(change.path, change.new)
        self.stands = (batch.epoch, batch.ticks[1])

    def order(self, batch):
        return batch


class SwallowsOrder(Table):
    def order(self, batch):
        return reversed(list(batch))


class LosesSnapshot(Table):
    def order(self, batch):
        return [] if batch.snapshot else batch


class ForgetsLoad(Table):
    def load(self):
        return None


class LoadsAnEarlierTick(Table):
    def load(self):
        return self.stands and bl.Stored(self.stands[0], self.stands[1] - 1)


class BlocksShutdown(Table):
    def shutdown(self, force):
        import threading

        threading.Event().wait()


class RaisesInShutdown(Table):
    def shutdown(self, force):
        raise LookupError("door stuck")


class RaisesInHealth(Table):
    def health(self):
        raise LookupError("no pulse")


class AnswersHealthWithAFlag(Table):
    def health(self):
        return True


class RoundsNumbers(Table):
    def take(self, path, value):
        self.rows[path] = int(value) if isinstance(value, float) and value == 1.0 else value


class CutsPaths(Table):
    def take(self, path, value):
        self.rows[path[:255]] = value


class EndsOnACommand(Table):
    def handle_command(self, command):
        self.handle_changes = None


class FailsOnASecondBeginning(Table):
    begun = False

    def initialize(self, context):
        if self.begun:
            raise LookupError("the file is open already")
        self.begun = True


WRONG = {
    SwallowsOrder: "order.*expected",
    LosesSnapshot: "found nothing",
    ForgetsLoad: "the tick that load answers with",
    LoadsAnEarlierTick: "the tick that load answers with",
    BlocksShutdown: "shut down",
    RaisesInShutdown: "door stuck",
    RaisesInHealth: "expected health to answer.*no pulse",
    AnswersHealthWithAFlag: "expected health to answer None or a str, found True",
    RoundsNumbers: "expected 1.0 at 'values/whole float', found 1",
    CutsPaths: "found nothing",
    EndsOnACommand: "commands politely",
    FailsOnASecondBeginning: "open already",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_catches_one_that(wrong):
    with pytest.raises(AssertionError, match=WRONG[wrong]):
        driver_conformance(wrong, read=lambda table: table.rows, timeout=0.5)


GOOD = {
    Table: lambda table: table.rows,
    bl.MemoryCache: dict,
    Keep: lambda keep: keep.state,
    bl.LogDriver: None,
    bl.MetricsDriver: None,
}


@pytest.mark.parametrize("good", GOOD)
def test_it_passes(good):
    assert len(driver_conformance(good, read=GOOD[good])) == 6


def test_it_passes_a_callback():
    held = {}
    assert driver_conformance(lambda: bl.CallbackDriver(lambda change: held.update({change.path: change.new})))


def test_it_passes_one_whose_methods_are_coroutines():
    class Async(Keep):
        async def handle_changes(self, batch):
            super().handle_changes(batch)

        async def health(self):
            return None

    assert driver_conformance(Async, read=lambda driver: driver.state)
