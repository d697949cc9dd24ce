"""Drivers are asked on their own thread, between two batches: commands, health and figures of their own."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep
from tests.waiting import until


class Answers(Keep):
    def handle_command(self, command):
        if command.name == "raise":
            raise LookupError(f"no {command.arguments['what']}")
        return {"name": command.name, **command.arguments}

    def health(self):
        return "one leg is short"

    def stats(self):
        return {"batches": len(self.handed)}


@pytest.fixture
def answers(net):
    net.contact("x", 0)
    driver = Answers()
    net.attach(driver, name="table", max_age=0, timeout=0.1)
    yield driver
    driver.go.set()


def test_a_command_has_a_name_arguments_and_an_answer(net, answers):
    assert net.command("table", "open", door=3, what=[1, {"a": None}]) == {
        "name": "open",
        "door": 3,
        "what": [1, {"a": None}],
    }


def test_what_a_command_raises_is_raised_and_the_driver_goes_on(net, answers):
    with pytest.raises(bl.BasslineError, match="driver 'table': LookupError: no door"):
        net.command("table", "raise", what="door")
    net["x"] = 1
    net.flush()
    assert answers.values[-1] == 1
    assert net.drivers["table"]["failure"] is None


def test_a_driver_that_takes_no_commands_says_so(net):
    class Plain:
        def handle_changes(self, batch): ...

    net.attach(Keep(), name="keep")
    net.attach(Plain(), name="plain")
    with pytest.raises(bl.BasslineError, match="Keep takes no commands; found 'open'"):
        net.command("keep", "open")
    with pytest.raises(bl.BasslineError, match=r"'plain'.*no handle_command.*'open'"):
        net.command("plain", "open")
    with pytest.raises(bl.BasslineError, match="no driver named 'kep'"):
        net.command("kep", "open")


def test_health_and_stats_are_what_the_driver_says(net, answers):
    net.flush()
    assert net.health("table") == {"state": "idle", "failure": None, "busy_for": None, "says": "one leg is short"}
    assert net.stats("table") == {"batches": 1}
    net.attach(Keep(), name="keep")
    assert net.health("keep")["says"] is None
    assert net.stats("keep") is None


def test_a_busy_driver_is_told_to_be_busy_and_for_how_long(net, answers):
    net.flush()
    answers.hold()
    net["x"] = 1
    assert answers.entered.wait(60)
    health = net.health("table", timeout=0.05)
    assert health["state"] == "busy"
    assert health["busy_for"] > 0
    assert "did not answer within 50ms" in health["says"]
    assert "busy" in health["says"]
    for ask in (lambda: net.command("table", "open", timeout=0.01), lambda: net.stats("table", timeout=0.01)):
        with pytest.raises(bl.BasslineError, match="'table' did not answer within 10ms.*busy for"):
            ask()
    answers.go.set()
    assert net.command("table", "open") == {"name": "open"}


def test_a_question_waits_for_the_batch_and_is_answered_before_the_next(net, answers):
    import threading

    net.flush()
    answers.hold()
    net["x"] = 1
    assert answers.entered.wait(60)
    said = []
    asking = threading.Thread(target=lambda: said.append(net.stats("table")))
    asking.start()
    assert not said
    answers.go.set()
    asking.join()
    assert said == [{"batches": 2}]


def test_a_health_that_raises_or_answers_garbage_is_told_and_harms_nobody(net):
    class Raises(Keep):
        def health(self):
            raise LookupError("no pulse")

    class Garbage(Keep):
        def health(self):
            return object()

    net.contact("x", 0)
    raises, garbage = Raises(), Garbage()
    net.attach(raises, name="raises")
    net.attach(garbage, name="garbage")
    assert "no pulse" in net.health("raises")["says"]
    assert net.health("garbage")["says"]
    net["x"] = 1
    net.flush()
    assert (raises.values[-1], garbage.values[-1]) == (1, 1)


def test_a_failed_driver_still_says_how_it_is(net, answers):
    answers.errors = [MemoryError("full")]
    net["x"] = 1
    with pytest.raises(bl.DriverError):
        net.flush()
    health = net.health("table")
    assert (health["state"], health["failure"], health["says"]) == ("failed", "MemoryError: full", "one leg is short")


def test_a_driver_cannot_ask_another_from_its_own_thread(net):
    said = []

    class Asks(Keep):
        def handle_changes(self, batch):
            try:
                net.command("asks", "open")
            except bl.BasslineError as error:
                said.append(str(error))

    net.attach(Asks(), name="asks")
    net.contact("x", 1)
    net.flush()
    assert "would wait for itself" in said[0]


def test_members_of_a_compound_are_asked_by_their_own_name(net):
    net.attach(bl.Compound({"one": Answers(), "two": Keep()}), name="both")
    assert net.command("both/one", "open") == {"name": "open"}
    assert net.stats("both/one") == {"batches": 0}
    assert net.health("both/one")["says"] == "one leg is short"
    assert net.health("both/two")["says"] is None
    assert net.health("both")["says"] == {"one": "one leg is short", "two": None}
    with pytest.raises(bl.BasslineError, match="'both' is a compound; ask one of its members: both/one, both/two"):
        net.command("both", "open")


def test_a_driver_that_is_gone_is_not_asked(net, answers):
    net.detach("table")
    for ask in (lambda: net.health("table"), lambda: net.stats("table"), lambda: net.command("table", "open")):
        with pytest.raises(bl.BasslineError, match="no driver named 'table'"):
            ask()
    until(lambda: answers.ends == [False])
