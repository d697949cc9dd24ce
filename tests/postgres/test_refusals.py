"""What the store says of what is wrong, each with the way out, and never with a password."""

import logging
import traceback

import pytest

import bassline as bl
from bassline.storage import Storage


def refusal(url, name="main"):
    """What opening says, and what a traceback of it shows."""
    with pytest.raises(bl.StorageError) as raised:
        bl.Network(url, name=name)
    told = str(raised.value)
    assert "secret" not in "".join(traceback.format_exception(raised.value)).replace(repr(url), "")
    assert "secret" not in told
    return told


def test_a_url_that_is_none_is_refused_with_what_is_expected(postgres):
    assert "expected postgresql://user@host:5432/database" in refusal("postgresql://ann:secret@db:port/shop")
    told = refusal("postgresql://ann:secret@db/shop?colour=red")
    assert "colour" in told
    assert "postgresql://ann@db/shop" in told
    assert "verify-full, found 'sometimes'" in refusal("postgresql://ann:secret@db/shop?sslmode=sometimes")
    assert "whole number above 0, found 'x'" in refusal("postgresql://ann:secret@db/shop?keep_ticks=x")


def test_a_server_that_is_not_there_is_said():
    assert "cannot be reached" in refusal("postgresql://ann:secret@127.0.0.1:1/shop")
    assert "start the server, or correct host and port" in refusal("postgresql://ann:secret@127.0.0.1:1/shop")


def test_a_wrong_password_and_an_unknown_user_are_said(postgres, monkeypatch):
    url = postgres.url()
    told = refusal(url.replace(":secret@", ":secret2@"))
    assert "does not let user 'postgres' in" in told
    assert "PGPASSWORD" in told
    assert "does not let user 'nobody' in" in refusal(url.replace("//postgres:", "//nobody:"))
    without = url.replace(":secret@", "@")
    assert "does not let user 'postgres' in" in refusal(without)
    monkeypatch.setenv("PGPASSWORD", "secret")
    with bl.Network(without) as net:
        net.contact("n", 1)


def test_a_missing_database_is_said(postgres):
    told = refusal(postgres.url(database="nowhere"))
    assert "no database 'nowhere'" in told
    assert "createdb nowhere" in told


def test_a_user_who_may_not_make_a_schema_is_told_what_to_grant(postgres):
    postgres.sql("CREATE ROLE guest LOGIN PASSWORD 'secret'")
    url = postgres.url(user="guest")
    told = refusal(url)
    assert "permission denied" in told
    assert 'GRANT CREATE ON DATABASE "postgres" TO "guest"' in told
    postgres.sql('GRANT CREATE ON DATABASE "postgres" TO "guest"')
    with bl.Network(url) as net:
        net.contact("n", 1)
    stranger = postgres.url()
    with bl.Network(stranger):
        pass
    assert "permission denied" in refusal(stranger.replace("//postgres:", "//guest:"))


def test_a_database_that_cannot_hold_every_text_is_refused(postgres):
    postgres.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    told = refusal(postgres.url(database="latin"))
    assert "in LATIN1" in told
    assert "--encoding=UTF8" in told


def test_a_schema_of_another_application_and_of_a_newer_version_are_refused_and_left_alone(postgres):
    url = postgres.url()
    schema = url.rpartition("=")[2]
    postgres.sql(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.mine (x int)")
    told = refusal(url)
    assert "another application, 'mine' among them" in told
    assert "?schema=NAME" in told
    assert postgres.sql(f"SELECT count(*) FROM information_schema.tables WHERE table_schema = '{schema}'") == [["1"]]
    newer = postgres.url()
    with bl.Network(newer):
        pass
    postgres.sql(f"UPDATE {newer.rpartition('=')[2]}.store SET version = 99")
    told = refusal(newer)
    assert "has version 99, this bassline knows up to 2" in told
    assert "newer bassline" in told


def test_a_network_that_is_open_or_not_there_is_said(postgres):
    url = postgres.url()
    with bl.Network(url):
        assert "open already" in refusal(url)
    with pytest.raises(bl.StorageError, match="there is no network 'other'.*it holds main"):
        Storage.at(url).load_network_state("other")


def test_a_backup_is_left_to_the_servers_own_tools(postgres, tmp_path):
    with bl.Network(postgres.url()) as net, pytest.raises(bl.StorageError, match="pg_dump"):
        net.storage.backup(tmp_path / "copy")


def test_a_full_disk_is_said_and_what_was_acknowledged_is_there(postgres):
    """No disk has to be filled: the server answers so, in its own words, from when a trigger has it."""
    url = postgres.url()
    schema = url.rpartition("=")[2]
    with bl.Network(url) as net:
        net.contact("n", 0)
        net.flush()
        full = "RAISE SQLSTATE '53100' USING MESSAGE = 'could not extend file \"base/5\": No space left on device'"
        postgres.sql(
            f"CREATE FUNCTION {schema}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {full}; END $$; "
            f"CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.tick FOR EACH ROW EXECUTE FUNCTION {schema}.full_disk()"
        )
        net["n"] = 1
        with pytest.raises(bl.DriverError, match="No space left on device; make room on the disk of the server"):
            net.flush()
        postgres.sql(f"DROP TRIGGER full_disk ON {schema}.tick")
        assert Storage.at(url).figures("main")["tick"] == 1
        net.restart("store")
        net.flush()
    with bl.Network(url) as net:
        assert net["n"] == 1
        assert net.storage.check()[1] == []


def test_no_password_is_shown_by_what_stands_for_a_store(postgres, caplog):
    url = postgres.url()
    with caplog.at_level(logging.DEBUG), bl.Network(url) as net:
        net.contact("n", 1)
        net.flush()
        shown = [repr(net), str(net), repr(net.storage), net.storage.url, str(net.metrics()), repr(net.storage._store)]
        shown.append(caplog.text)
        assert not any("secret" in text for text in shown)
    assert "secret" not in postgres.log()
