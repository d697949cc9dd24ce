"""A copy of the whole store, taken while it is written."""

import pytest

import bassline as bl


def test_a_backup_holds_what_was_stored_when_it_began_and_is_a_store(tmp_path):
    with bl.Network(tmp_path / "shop.db") as net:
        x = net.contact("x", 0)
        for n in range(1, 50):
            x.value = n
        net.flush()
        assert net.storage.backup(tmp_path / "copy.db") > 0
        x.value = 1000
    with bl.Network(tmp_path / "copy.db") as copy:
        assert copy["x"] == 49
        assert len(copy.history("x")) == 50


def test_a_backup_replaces_nothing(tmp_path):
    place = tmp_path / "notes.txt"
    place.write_text("my notes")
    refusal = pytest.raises(bl.StorageError, match=r"notes\.txt.*it exists, and a backup replaces nothing")
    with bl.Network(tmp_path / "shop.db") as net, refusal:
        net.storage.backup(place)
    assert place.read_text() == "my notes"


@pytest.mark.parametrize("url", ["memory:backup-test", "journal:{}/data"])
def test_a_store_that_cannot_be_copied_while_it_is_open_says_so(tmp_path, url):
    with (
        bl.Network(url.format(tmp_path)) as net,
        pytest.raises(
            bl.StorageError, match="cannot be copied while it is open; close its networks and copy its files"
        ),
    ):
        net.storage.backup(tmp_path / "copy")
