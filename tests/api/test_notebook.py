"""What a notebook shows: tables of well-formed HTML in which no name and no value is markup, and a table that follows."""

from __future__ import annotations

import gc
import sys
import threading
import types
import weakref
from html.parser import HTMLParser

import pytest

import bassline as bl
from tests.waiting import until

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></tr></table><h1>out</h1>",
    '"><img src=x onerror="alert(1)">',
    "&lt;b&gt; &amp; &nbsp;",
    "<!-- comment",
    "]]>",
    "a\u202egnp.exe",
    "tab\tnull\x00bell\x07escape\x1b[31mred",
    "'single' \"double\" `back`",
    "é \N{GRINNING FACE} 中",
    "x" * 5_000,
    "<" * 200,
]


class Page(HTMLParser):
    """Reads HTML strictly: each element that is opened is closed, in order, and only those of a table are there."""

    ALLOWED = frozenset({"table", "caption", "thead", "tbody", "tr", "th", "td", "code", "div", "b"})

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.rows, self.caption = [], [], ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        assert tag in self.ALLOWED, tag
        assert {name for name, _ in attributes} <= {"style", "colspan"}, attributes
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert not set(data) & {"\x00", "\x1b", "\x07", "\t", "\u202e"}, data
        if "caption" in self.open:
            self.caption += data
        elif "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data

    def handle_startendtag(self, tag, attributes):
        raise AssertionError(tag)

    handle_comment = handle_decl = handle_pi = unknown_decl = handle_startendtag


def table(item):
    return Page(item._repr_html_())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_values_blends_and_errors_are_text(net, text):
    name = text.replace("/", "|")
    contact = net.contact(name, text, note=text)
    net.contact(f"g/{name}", {text: [text]}, blend="equal").value = text  # a contradiction
    net.contact("failing")

    @net.gadget(inputs={"x": name}, outputs="failing", on_error="contain")
    def fail(x):
        raise ValueError(text)

    contact.value = [text]
    assert net.contacts["failing"].fault is not None
    assert net.contradictions
    html = [item._repr_html_() for item in (net, net.group("g"), contact, *net.contacts.values(), net.table())]
    pages = [Page(one) for one in html]
    assert len(pages[0].rows) == 4
    for one in html:
        assert "<script" not in one
        assert "<img" not in one
        assert len(one) < 10_000


def test_a_network_shows_its_contacts_with_value_blend_tick_and_what_is_wrong(net):
    net.contact("price", 9.5)
    net.contact("shop/peak", 21.5, blend="max").value = "hot"
    net.gadget("math.divide", on_error="contain", a="price", b=net.contact("qty", 0), quotient="each")
    net.contact("empty")
    page = table(net)
    assert page.rows[0] == ["contact", "value", "blend", "tick"]
    rows = {row[0]: row[1:] for row in page.rows[1:]}
    assert rows["price"] == ["9.5", "accept-last", "1"]
    assert rows["empty"] == ["Nothing", "accept-last", "0"]
    value, blend, _ = rows["shop/peak"]
    assert blend == "max"
    assert value.startswith("21.5contradiction: 21.5 (by external:, tick 2) and 'hot'")
    assert "fault: " in rows["each"][0]
    assert "9.5 divided by zero" in rows["each"][0]
    assert (
        page.caption
        == repr(net)
        == f"<Network 'main': 5 contacts, 1 gadget, 1 contradiction, 1 fault, tick {net.tick}>"
    )


def test_a_long_table_is_cut_and_says_how_many_more_there_are(net):
    net.declare([f"c{at}" for at in range(2_030)])
    page = table(net)
    assert len(page.rows) == 1 + 30 + 1
    assert page.rows[-1] == ["and 2,000 more"]
    net.declare([f"g/c{at}" for at in range(30)])
    assert len(table(net.group("g")).rows) == 31
    assert table(net.table("g/*", limit=7)).rows[-1] == ["and 23 more"]


def test_a_group_shows_what_is_in_it_at_any_depth_and_a_removed_one_nothing(net):
    net.declare({"g/x": 1, "g/deep/y": 2, "gx": 3, "x": 4})
    group = net.group("g")
    page = table(group)
    assert [row[0] for row in page.rows[1:]] == ["g/x", "g/deep/y"]
    assert page.caption == "<Group 'g'>"
    net.remove(group)
    page = table(group)
    assert (page.caption, len(page.rows)) == ("<Group (removed)>", 1)


def test_a_contact_shows_what_it_is_and_a_removed_one_that(net):
    x = net.contact("g/x", {"k": 1}, blend="merge")
    assert table(x).rows == [["contact", "g/x"], ["value", "{'k': 1}"], ["blend", "merge"], ["tick", "1"]]
    net.remove(x)
    page = Page(x._repr_html_())
    assert page.rows == []
    assert "removed" in x._repr_html_()


def test_paths_are_completed(net):
    net.declare({"g/x": 1, "g/deep/y": 2, "gx": 3})
    group = net.group("g")
    assert net._ipython_key_completions_() == ["g/x", "g/deep/y", "gx"]
    assert group._ipython_key_completions_() == ["x", "deep/y"]
    assert [group[path] for path in group._ipython_key_completions_()] == [1, 2]
    assert net.contacts._ipython_key_completions_() == list(net.contacts)
    assert net.groups._ipython_key_completions_() == ["g", "g/deep"]
    net.remove(group)
    assert group._ipython_key_completions_() == []


def test_a_group_is_read_and_written_by_paths_in_it(net):
    net.declare({"g/x": 1, "x": 2})
    group = net.group("g")
    group["x"] = 3
    group["/x"] = 4
    assert (net["g/x"], net["x"], group["x"], group["/x"]) == (3, 4, 3, 4)
    assert ("x" in group, "y" in group, "/x" in group) == (True, False, True)
    with pytest.raises(bl.UnknownContactError, match="'g/y'"):
        group["y"]
    with pytest.raises(bl.UnknownContactError):
        group["y"] = 1
    for wrong in (5, None):
        with pytest.raises(TypeError):
            group[wrong]
    net.remove(group)
    with pytest.raises(bl.StaleHandleError):
        group["x"]


# ----------------------------------------------------------------------------------------------------------------------
# The table that follows


def values(html):
    return {row[0]: row[1] for row in Page(html).rows[1:]}


def test_it_follows_changes_contacts_that_come_and_ends_with_what_is_there(net):
    net.contact("s/x", 0)
    shown = []
    with net.table("s/*", interval=0) as following:
        following.follow(shown.append)
        assert values(shown[0]) == {"s/x": "0"}
        for n in range(1, 501):
            net["s/x"] = n
        net.contact("s/y", "new")
        net["s/x"] = 1_000
        until(lambda: values(shown[-1]) == {"s/x": "1000", "s/y": "'new'"})
    assert len(shown) <= 504
    count = len(shown)
    net["s/x"] = 0
    assert len(shown) == count
    assert repr(following) == "<LiveTable 's/*', closed>"


def test_changes_of_others_do_not_make_it_show_again_and_a_burst_is_shown_at_most_each_interval(net):
    net.declare({"x": 0, "other": 0})
    shown = []
    with net.table("x", interval=3600) as following:
        following.follow(shown.append)
        net["other"] = 1
        net["x"] = 1
        until(lambda: len(shown) == 2)
        for n in range(2, 100):
            net["x"] = n
        assert len(shown) == 2


@pytest.mark.parametrize("end", ["close", "drop", "network"])
def test_its_thread_ends_with_it(end):
    net = bl.Network()
    net.contact("x", 0)
    before = set(threading.enumerate())
    following = net.table("x", interval=3600)
    following.follow(lambda html: None)
    (thread,) = set(threading.enumerate()) - before
    if end == "close":
        following.close()
    elif end == "drop":
        gone = weakref.ref(following)
        del following
        gc.collect()
        assert gone() is None
    else:
        net.close()
    thread.join(60)
    assert not thread.is_alive()
    net.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_exception_of_what_shows_it_ends_the_following_and_no_write(net):
    net.contact("x", 0)
    calls = []

    def show(html):
        calls.append(html)
        if len(calls) == 2:
            raise LookupError("the page is gone")

    before = set(threading.enumerate())
    with net.table("x", interval=0) as following:
        following.follow(show)
        (thread,) = set(threading.enumerate()) - before
        net["x"] = 1
        thread.join(60)
        net["x"] = 2
        assert len(calls) == 2


class Display:
    """What IPython.display has of it."""

    def __init__(self, monkeypatch):
        self.displays, self.updates = [], []
        module = types.ModuleType("IPython.display")
        module.HTML = lambda html: html
        module.display = self.display
        monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
        monkeypatch.setitem(sys.modules, "IPython.display", module)

    def display(self, html, display_id=False):
        self.displays.append((html, display_id))
        return types.SimpleNamespace(update=self.updates.append) if display_id else None


def test_a_notebook_displays_it_once_and_updates_it(net, monkeypatch):
    notebook = Display(monkeypatch)
    net.contact("x", 0)
    with net.table("x", interval=0) as following:
        following._ipython_display_()
        ((html, display_id),) = notebook.displays
        assert (values(html), display_id) == ({"x": "0"}, True)
        net["x"] = 5
        until(lambda: notebook.updates and values(notebook.updates[-1]) == {"x": "5"})
    following._ipython_display_()
    assert [display_id for _, display_id in notebook.displays] == [True, False]


def test_the_past_and_a_closed_network_are_displayed_as_they_are(store, monkeypatch):
    notebook = Display(monkeypatch)
    with bl.Network(store) as net:
        net.contact("x", 1)
        net["x"] = 2
        net.flush()
        net.as_of(1).table()._ipython_display_()
    net.table()._ipython_display_()
    assert [values(html) for html, _ in notebook.displays] == [{"x": "1"}, {"x": "2"}]


def test_without_a_notebook_it_is_text(net, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    net.declare({"price": 9.5, "a\x1b[31m": "two\nlines", "qty": 3})
    following = net.table(limit=2)
    following._ipython_display_()
    said = capsys.readouterr().out
    assert said == f"{following}\n"
    assert said.splitlines() == [
        "**: 3 contacts, tick 1",
        "contact    value         blend        tick",
        "price      9.5           accept-last  1",
        "a\\x1b[31m  'two\\nlines'  accept-last  1",
        "and 1 more",
    ]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda net: net.table(5), TypeError),
        (lambda net: net.table("\ud800"), bl.ValueTypeError),
        (lambda net: net.table(limit=0), bl.DeclarationError),
        (lambda net: net.table(limit=1.5), bl.DeclarationError),
        (lambda net: net.table(interval=-1), bl.DeclarationError),
        (lambda net: net.table(interval=float("nan")), bl.DeclarationError),
        (lambda net: net.table(interval=10**400), bl.DeclarationError),
        (lambda net: net.table().follow(5), bl.ValueTypeError),
        (lambda net: bl.LiveTable(5), TypeError),
    ],
)
def test_what_makes_no_sense_is_refused(net, call, error):
    with pytest.raises(error):
        call(net)


def test_a_closed_table_follows_nothing(net):
    following = net.table()
    following.close()
    with pytest.raises(bl.BasslineError, match="closed"):
        following.follow(print)
