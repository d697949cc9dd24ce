"""Who begins when: after those it names, at the same time as others, or not at all."""

from __future__ import annotations

import threading

import pytest

import bassline as bl
from tests.kernel.scripted import Keep
from tests.waiting import until


class Told(Keep):
    """Writes down when it begins and ends."""

    def __init__(self, name, told):
        super().__init__()
        self.name, self.told = name, told

    def initialize(self, context):
        self.told.append(f"{self.name} begins")

    def shutdown(self, force):
        self.told.append(f"{self.name} ends")


def test_each_begins_after_those_it_names_and_ends_before_them(net):
    told = []
    after = {"c": ["b"], "a": [], "b": ["a"], "d": ["a", "c"]}
    net.attach_all([bl.Attachment(Told(name, told), name=name, after=names) for name, names in after.items()])
    assert told == ["a begins", "b begins", "c begins", "d begins"]
    net.attach(Told("e", told), after="d")
    told.clear()
    net.close()
    assert told == ["e ends", "d ends", "c ends", "b ends", "a ends"]


def test_a_class_may_say_after_whom(net):
    class Late(Keep):
        after = ("keep",)

    with pytest.raises(bl.BasslineError, match="'late' is to begin after 'keep', which is not attached"):
        net.attach(Late())
    net.attach(Keep())
    net.attach(Late())
    assert list(net.drivers) == ["keep", "late"]


def test_a_circle_and_a_name_given_twice_are_refused_and_nobody_begins(net):
    told = []
    circle = [bl.Attachment(Told(name, told), name=name, after=after) for name, after in [("a", "b"), ("b", "a")]]
    with pytest.raises(bl.BasslineError, match="a after b after a"):
        net.attach_all([*circle, bl.Attachment(Told("c", told), name="c")])
    with pytest.raises(bl.BasslineError, match="'a' is to begin after 'a'|a after a"):
        net.attach(Told("a", told), name="a", after="a")
    with pytest.raises(bl.BasslineError, match="attached already"):
        net.attach_all([bl.Attachment(Told("c", told), name="c")] * 2)
    assert (told, net.drivers) == ([], {})


def test_those_that_do_not_name_each_other_begin_at_the_same_time(net):
    here, there = threading.Event(), threading.Event()

    class Meets(Keep):
        def __init__(self, mine, other):
            super().__init__()
            self.mine, self.other = mine, other

        def initialize(self, context):
            self.mine.set()
            assert self.other.wait(60)

    net.attach_all(
        [
            bl.Attachment(Meets(here, there), name="here"),
            bl.Attachment(Meets(there, here), name="there"),
        ]
    )
    assert {state["state"] for state in net.drivers.values()} == {"idle"}


def test_what_initialize_raises_attach_raises_and_all_that_had_begun_end(net):
    told = []

    class Broken(Told):
        def initialize(self, context):
            raise LookupError("no table")

    good = bl.Attachment(Told("good", told), name="good")
    with pytest.raises(bl.DriverError, match="no table") as caught:
        net.attach_all([good, bl.Attachment(Broken("broken", told), name="broken", after="good")])
    assert isinstance(caught.value.__cause__, LookupError)
    assert net.drivers == {}
    until(lambda: "good ends" in told and "broken ends" in told)
    net.contact("x", 1)
    net.flush()
    net.attach(Told("good", told), name="good")


def test_after_one_that_could_not_begin_nobody_begins(net):
    told = []

    class Broken(Told):
        def initialize(self, context):
            raise LookupError("no table")

    with pytest.raises(bl.DriverError):
        net.attach_all(
            [
                bl.Attachment(Broken("broken", told), name="broken"),
                bl.Attachment(Told("late", told), name="late", after="broken"),
            ]
        )
    until(lambda: "broken ends" in told)
    assert "late begins" not in told


def test_a_driver_attached_by_a_drivers_thread_or_a_subscriber_begins(net):
    inner, third, errors = Keep(), Keep(), []

    class Attaches(Keep):
        def handle_changes(self, batch):
            super().handle_changes(batch)
            if "go" in batch.values:
                net.attach(inner, name="inner")

    def attach(change):
        try:
            net.attach(third, name="third")
        except bl.BasslineError as error:
            errors.append(error)

    net.contact("x", 0)
    net.attach(Attaches(), name="outer")
    net["x"] = "go"
    net.flush()
    until(lambda: "inner" in net.drivers and inner.begins)
    net.contact("y", 0)
    stop = net.on_change("y", attach)
    net["y"] = 1
    stop()
    net["x"] = "later"
    net.flush()
    assert inner.values[-1] == "later"
    assert errors or third.values[-1] == "later"


def test_ctrl_c_ends_the_waiting_for_a_driver_that_hangs_in_initialize(program):
    assert program.run("""
        import _thread, threading, bassline as bl
        class Hangs(bl.Driver):
            def initialize(self, context):
                threading.Timer(0.2, _thread.interrupt_main).start()
                threading.Event().wait()
            def handle_changes(self, batch): ...
        net = bl.Network()
        try:
            net.attach(Hangs(), name="hangs")
        except KeyboardInterrupt:
            print("interrupted", dict(net.drivers))
        net.contact("x", 1)
        net.flush()
        net.close()
        print("closed")
    """).lines == ["interrupted {}", "closed"]
