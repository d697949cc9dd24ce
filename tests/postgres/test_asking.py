"""What people ask of the tables, and groups by their attributes."""

import pytest

import bassline as bl
from bassline.storage import Storage
from bassline.testing import ManualClock


def schema_of(url):
    return url.rpartition("=")[2]


@pytest.fixture
def asked(postgres):
    url = postgres.url()

    def ask(statement):
        return postgres.sql(f"SET search_path TO {schema_of(url)}; {statement}")

    return url, ask


def test_the_views_show_what_document_001_names(asked):
    url, ask = asked
    with bl.Network(url) as net:
        net.group("shop", author="ann")
        net.contact("price", 2.0, unit="EUR")
        net.contact("shop/copy")
        net.gadget("math.multiply", a="price", b=3, product="total")
        net.wire("price", "shop/copy", kind="directed")
        net.link("price", "total", "feeds", strength=0.5)
        with net.batch(source="till", position={"row": 7}):
            net["price"] = 5
        net.snapshot("one")
        net.remove("total")
        net["price"] = {"k": "a\x00b"}
        tick = net.tick
    assert ask("SELECT id, tick, epoch FROM networks") == [["main", str(tick), "1"]]
    assert ask("SELECT group_id, attributes, structure FROM groups ORDER BY 1") == [
        ["", "{}", '{"groups": ["shop"], "contacts": ["price"]}'],
        ["shop", '{"author": "ann"}', '{"groups": [], "contacts": ["copy"]}'],
    ]
    assert ask("SELECT path, content, blend_mode, attributes FROM contacts ORDER BY path") == [
        ["price", '{"k": "a\N{REPLACEMENT CHARACTER}b"}', "accept-last", '{"unit": "EUR"}'],
        ["shop/copy", '{"k": "a\N{REPLACEMENT CHARACTER}b"}', "accept-last", "{}"],
    ]
    assert ask("SELECT from_path, to_path, kind FROM wires") == [["price", "shop/copy", "directed"]]
    assert ask("SELECT label, network_id FROM snapshots") == [["one", "main"]]
    assert ask("SELECT source, position FROM positions") == [["till", '{"row": 7}']]
    assert ask("SELECT driver, tick FROM cursors") == [["store", str(tick)]]
    assert ask("SELECT path, value, cause FROM history WHERE value IN ('5', '15') ORDER BY path") == [
        ["price", "5", "external:till"],
        ["shop/copy", "5", "wire:price->shop/copy"],
        ["total", "15", "math.multiply(a=price, b=(3), product=total)"],
    ]
    assert ask("SELECT count(*) FROM history WHERE path IS NULL OR cause IS NULL") == [["0"]]


def test_the_tables_keep_what_belongs_together_together(asked):
    url, ask = asked
    with bl.Network(url) as net:
        net.contact("a/b", 1)
        net.wire("a/b", "c", kind="directed")
    for wrong in (
        "DELETE FROM contact",
        "DELETE FROM group_",
        "INSERT INTO content VALUES (7, 1, 0, NULL, '1', 0)",
        "UPDATE wire SET from_id = 7",
        "UPDATE base SET network = 7",
    ):
        with pytest.raises(AssertionError, match="foreign key"):
            ask(wrong)


def groups(net):
    net.group("kitchen", author="ann", tags=["home", "warm"], floor=1)
    net.group("cellar", author="bob", tags=["home"], floor=-1)
    net.group("cellar/wine", author="ann", tags={"cold", "home"}, owner={"name": "eve", "age": 3})
    net.group("plain")


QUERIES = [
    ({}, ["cellar", "cellar/wine", "kitchen", "plain"]),
    ({"author": "ann"}, ["cellar/wine", "kitchen"]),
    ({"tags": ["home"]}, ["cellar", "cellar/wine", "kitchen"]),
    ({"tags": ["home", "warm"]}, ["kitchen"]),
    ({"tags": ["cold"], "author": "ann"}, ["cellar/wine"]),
    ({"attributes": {"floor": 1}}, ["kitchen"]),
    ({"attributes": {"floor": 1.0}}, []),
    ({"attributes": {"owner": {"name": "eve"}}}, []),
    ({"attributes": {"owner": {"name": "eve", "age": 3}}}, ["cellar/wine"]),
    ({"attributes": {"tags": ["home"]}}, ["cellar"]),
    ({"author": "nobody\x00"}, []),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES, ids=[str(query) for query, _ in QUERIES])
def test_groups_are_found_by_attributes_author_and_tags(postgres, query, expected):
    url = postgres.url()
    with bl.Network(url) as net:
        groups(net)
        net.flush()
        assert sorted(net.storage.query_groups("main", **query)) == expected
        # Also by whoever has not opened it, while it is open.
        assert sorted(Storage.at(url).query_groups("main", **query)) == expected


def test_groups_are_found_by_an_index(asked):
    url, ask = asked
    with bl.Network(url) as net:
        with net.batch():
            for n in range(3_000):
                net.group(f"g{n}", author=f"author {n}", tags=[f"t{n % 100}"])
        net.flush()
        plan = ask(
            'ANALYZE group_; EXPLAIN SELECT path FROM group_ WHERE json_of(attributes) @> json_of(\'{"author":"author 7"}\')'
        )
    assert any("group_attributes" in line for (line, *_) in plan), plan


def test_a_clock_that_is_set_by_hand_is_the_time_of_the_rows(asked):
    url, ask = asked
    with bl.Network(url, clock=ManualClock(86_400)) as net:
        net.contact("n", 1)
    assert ask("SELECT updated_at AT TIME ZONE 'UTC' FROM contacts") == [["1970-01-02 00:00:00"]]
