"""The store is held to what every store must do."""

import bassline as bl
from bassline.testing import storage_conformance


def test_the_store_does_what_every_store_must_do(postgres):
    assert len(storage_conformance(postgres.url)) == 7


def test_what_every_store_must_do_is_done_behind_a_pooler_too(postgres):
    """As a pooler does it, every transaction may have another session: no setting and no statement outlives one."""
    url = postgres.url()
    with bl.Network(url) as net:
        net.contact("n", 1)
        net.flush()
        left = postgres.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert left == [["1"]]  # that of the network, in a transaction that is open as long as the network is
    assert postgres.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [["0"]]


def test_a_network_is_opened_by_its_url_and_found_again(postgres):
    url = postgres.url()
    with bl.Network(url) as net:
        net.contact("shop/price", 9.5)
        assert net.storage.url == url.replace(":secret", "")
    with bl.Network(url.replace("postgresql:", "postgres:")) as net:
        assert net["shop/price"] == 9.5
        assert net.storage.capabilities() == dict.fromkeys(
            ["durable", "history", "snapshots", "concurrent_readers"], True
        )


def test_many_networks_are_kept_apart_in_one_schema_and_many_schemas_in_one_database(postgres):
    urls = [postgres.url(), postgres.url()]
    for place, url in enumerate(urls):
        for name in ("a", "b"):
            with bl.Network(url, name=name) as net:
                net.contact("n", f"{place}{name}")
    for place, url in enumerate(urls):
        for name in ("a", "b"):
            with bl.Network(url, name=name) as net:
                assert net["n"] == f"{place}{name}"
                assert net.storage.check()[1] == []


def test_deleting_a_network_leaves_no_row_of_it(postgres):
    url = postgres.url()
    schema = url.rpartition("=")[2]
    for name in ("gone", "stays"):
        with bl.Network(url, name=name, history=10) as net:
            net.contact("a/b/events", blend="stream")
            net.gadget("stat.count", value="a/b/events", count="count")
            net.wire("count", "copy", kind="directed")
            net.link("count", "copy", "near")
            net["a/b/events"] = 1
            net.remove("copy")
            net.snapshot("one")
    with bl.Network(url, name="stays") as net:
        assert net.storage.delete_network("gone")
    tables = [
        "group_",
        "contact",
        "content",
        "wire",
        "link",
        "gadget",
        "base",
        "position",
        "snapshot",
        "gone",
        "network",
    ]
    count = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {schema}.{table}" for table in tables)
    before = dict(postgres.sql(count))
    assert before["network"] == "1"
    ticks = postgres.sql(f"SELECT DISTINCT id >> 47 FROM {schema}.tick")
    assert ticks == postgres.sql(f"SELECT id FROM {schema}.network")
    owners = postgres.sql(f"SELECT DISTINCT network FROM {schema}.contact")
    assert owners == postgres.sql(f"SELECT id FROM {schema}.network")
