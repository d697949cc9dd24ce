"""A copy of the whole store, taken while it is written."""

import threading

import pytest

import bassline as bl

SCHEMES = ["sqlite", "journal"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_backup_holds_what_was_stored_when_it_began_and_is_a_store(tmp_path, scheme):
    with bl.Network(f"{scheme}:{tmp_path}/shop") as net:
        x = net.contact("x", 0)
        for n in range(1, 50):
            x.value = n
        taken = net.snapshot("before")
        net.flush()
        assert net.storage.backup(tmp_path / "copy") > 0
        x.value = 1000
    with bl.Network(f"{scheme}:{tmp_path}/copy") as copy:
        assert copy["x"] == 49
        assert len(copy.history("x")) == 50
        assert [(one.id, one.label) for one in copy.snapshots()] == [(taken.id, "before")]
        assert copy.as_of(10)["x"] == 9


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_backup_of_a_store_that_is_written_is_of_one_moment(tmp_path, scheme):
    stop = threading.Event()
    with bl.Network(f"{scheme}:{tmp_path}/shop") as net:
        for name in ("one", "two"):
            net.contact(name, 0)
        net.flush()
        stored = [0]

        def write():
            n = 0
            while not stop.is_set():
                n += 1
                net.update({"one": n, "two": -n})
                if n % 10 == 0:
                    net.flush()
                    stored[0] = n

        writer = threading.Thread(target=write)
        writer.start()
        try:
            before = []
            for number in range(5):
                before.append(stored[0])
                net.storage.backup(tmp_path / f"copy{number}")
        finally:
            stop.set()
            writer.join()
    for number, least in enumerate(before):
        with bl.Network(f"{scheme}:{tmp_path}/copy{number}") as copy:
            assert copy["one"] == -copy["two"] >= least
            assert copy.storage.check()[1] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_backup_replaces_nothing(tmp_path, scheme):
    place = tmp_path / "notes.txt"
    place.write_text("my notes")
    refusal = pytest.raises(bl.StorageError, match=r"notes\.txt.*it exists, and a backup replaces nothing")
    with bl.Network(f"{scheme}:{tmp_path}/shop") as net, refusal:
        net.storage.backup(place)
    assert place.read_text() == "my notes"


def test_a_store_that_cannot_be_copied_while_it_is_open_says_so(tmp_path):
    with (
        bl.Network("memory:backup-test") as net,
        pytest.raises(
            bl.StorageError, match="cannot be copied while it is open; close its networks and copy its files"
        ),
    ):
        net.storage.backup(tmp_path / "copy")
