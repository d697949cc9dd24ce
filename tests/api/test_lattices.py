"""Lattices of one's own: declared, found again, and what they may do."""

from __future__ import annotations

import sys
import textwrap
import threading

import pytest

import bassline as bl


class Longest(bl.Lattice):
    def join(self, a, b):
        return max(a, b, key=lambda text: (len(text), text))


class Static:
    @staticmethod
    def join(a, b):
        return a & b


def test_join_may_be_a_static_method():
    contact = bl.Network().contact("bits", 6, blend=Static)
    contact.value = 3
    assert contact.value == 2


@pytest.mark.parametrize(
    "blend", [5, b"max", Longest(), object, "maximum", type("NoTwo", (), {"join": lambda _self, _a: 1})]
)
def test_what_is_no_lattice_is_refused(blend):
    net = bl.Network()
    with pytest.raises(bl.DeclarationError):
        net.contact("x", blend=blend)
    assert "x" not in net


def test_a_lattice_without_a_join_says_so():
    contact = bl.Network().contact("x", 1, blend=bl.Lattice)
    with pytest.raises(bl.GadgetError, match="needs join"):
        contact.value = 2


@pytest.mark.parametrize("in_batch", [False, True])
def test_an_exception_in_join_names_the_contact_and_both_values(in_batch):
    class Broken:
        def join(self, a, b):
            raise KeyError("broken")

    net = bl.Network()
    contact = net.contact("x", 1, blend=Broken)
    with pytest.raises(bl.GadgetError, match=r"Broken' of contact 'x' failed to join 1 with 2: .*broken") as raised:
        if in_batch:
            with net.batch():
                contact.value = 2
        else:
            contact.value = 2
    assert isinstance(raised.value.__cause__, KeyError)
    assert (contact.value, net.tick) == (1, 1)


def test_a_result_that_cannot_be_content_is_an_error():
    class Answers:
        def join(self, a, b):
            return bl.Nothing if b == 2 else 2**70

    contact = bl.Network().contact("x", 1, blend=Answers)
    for value in (2, 3):
        with pytest.raises(bl.GadgetError):
            contact.value = value
    assert contact.value == 1


@pytest.mark.parametrize("in_batch", [False, True])
def test_join_reads_the_network_as_it_was_and_its_writes_wait(in_batch):
    net = bl.Network()
    net.contact("seen")
    net.contact("limit", 10)

    class Limited:
        def join(self, a, b):
            net["seen"] = b
            return min(max(a, b), net["limit"])

    contact = net.contact("x", 1, blend=Limited)
    if in_batch:
        with net.batch():
            contact.value = 50
    else:
        contact.value = 50
    assert (contact.value, net["seen"]) == (10, 50)


def test_join_may_not_declare():
    net = bl.Network()

    class Declares:
        def join(self, a, b):
            net.contact("new")
            return b

    contact = net.contact("x", 1, blend=Declares)
    with pytest.raises(bl.GadgetError, match="and no more"), net.batch():
        contact.value = 2
    assert "new" not in net


def test_many_threads_join():
    net = bl.Network()
    contact = net.contact("x", "", blend=Longest)

    def write():
        for n in range(200):
            contact.value = "x" * (n % 50)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contact.value == "x" * 49


def test_ctrl_c_in_join_takes_the_tick_back():
    class Interrupted:
        def join(self, a, b):
            raise KeyboardInterrupt

    net = bl.Network()
    contact = net.contact("x", 1, blend=Interrupted)
    with pytest.raises(KeyboardInterrupt):
        contact.value = 2
    assert contact.value == 1


MODULE = """
    class Longest:
        def join(self, a, b):
            return max(a, b, key=len)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that can be imported, and one that cannot any more."""
    (tmp_path / "my_lattices.py").write_text(textwrap.dedent(MODULE))
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("my_lattices", None)
    yield __import__("my_lattices")
    sys.modules.pop("my_lattices", None)


def test_a_lattice_is_found_again_by_its_import_path(module, tmp_path):
    store = tmp_path / "shop.db"
    with bl.Network(store) as net:
        net.contact("word", "ash", blend=module.Longest)
    with bl.Network(store) as net:
        assert net.contacts["word"].blend == "my_lattices:Longest"
        net["word"] = "larch"
        net["word"] = "elm"
        assert net["word"] == "larch"
        assert net.contact("word", blend=module.Longest).value == "larch"


def test_a_lattice_that_is_gone_is_missed_when_something_is_written(module, tmp_path):
    store = tmp_path / "shop.db"
    with bl.Network(store) as net:
        net.contact("word", "ash", blend=module.Longest)
        net.contact("empty", blend=module.Longest)
        net.contact("other", 1)
    (tmp_path / "my_lattices.py").write_text("")
    sys.modules.pop("my_lattices")
    with bl.Network(store) as net:
        for path in ("word", "empty"):
            with pytest.raises(
                bl.GadgetError, match=r"'my_lattices:Longest' was not found .* declare the contact again"
            ):
                net[path] = "larch"
        net["other"] = 2
        assert (net["word"], net["empty"], net["other"]) == ("ash", bl.Nothing, 2)
        net.contact("word", blend=module.Longest)  # the class itself is still here
        net["word"] = "larch"
        assert net["word"] == "larch"


def test_binding_a_lattice_again_is_taken_back_with_its_tick():
    net = bl.Network()
    contact = net.contact("word", "ash", blend=Longest)
    with pytest.raises(RuntimeError), net.batch():
        net.contact("word", blend=Longest)
        raise RuntimeError
    contact.value = "larch"
    assert contact.value == "larch"


def test_a_manifest_names_a_lattice_by_its_import_path(module):
    net = bl.Network()
    net.build({"contacts": [{"id": "word", "value": "ash", "blend": "my_lattices:Longest"}]})
    net["word"] = "larch"
    assert net["word"] == "larch"
    with pytest.raises(bl.DeclarationError, match="no lattice 'Shortest'"):
        net.build({"contacts": [{"id": "x", "blend": "my_lattices:Shortest"}]})


def test_a_router_gives_its_entries_a_lattice(module):
    net = bl.Network()
    net.contact("records", blend="stream")
    template = {"contacts": [{"id": "in", "blend": "my_lattices:Longest"}]}
    net.gadget("stream.route", record="records", key="k", into="by", entry="in", template=template)
    with net.batch():
        net["records"] = {"k": "a", "more": 1}
        net["records"] = {"k": "a"}
    assert net["by/a/in"] == {"k": "a", "more": 1}
