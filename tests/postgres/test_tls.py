"""What `sslmode` says of TLS is what is done: a server that is not whom it should be is not told the password."""

import contextlib
import socket
import ssl
import threading
from pathlib import Path

import pytest

import bassline as bl

# Made for these tests alone, and good for a hundred years: an authority, a server of it named localhost, and an authority of nothing.
FILES = Path(__file__).parent / "tls"


class Tls:
    """What a server with TLS does, in front of one without: the ones that come with pip have none."""

    def __init__(self, port):
        self.target = port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(FILES / "server.pem", FILES / "server.key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.greeted = self.plain = 0  # connections that asked for TLS and got it, and that did not ask
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                thread = threading.Thread(target=self._serve, args=[client], daemon=True)
                self.threads.append(thread)
                thread.start()

    def _serve(self, client):
        first = client.recv(8, socket.MSG_WAITALL)
        if first[4:] != (80877103).to_bytes(4):  # SSLRequest
            self.plain += 1
            client.close()
            return
        client.sendall(b"S")
        try:
            safe = self.context.wrap_socket(client, server_side=True)
        except OSError:
            client.close()
            return
        with safe, socket.create_connection(("127.0.0.1", self.target)) as server, contextlib.suppress(OSError):
            self.greeted += 1
            # By turns, as a client and a server of PostgreSQL mostly speak: neither end is read by two threads.
            safe.settimeout(0.005)
            server.setblocking(False)
            while True:
                with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
                    data = safe.recv(65536)
                    if not data:
                        break
                    server.setblocking(True)
                    server.sendall(data)
                    server.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    data = server.recv(65536)
                    if not data:
                        break
                    safe.settimeout(5)
                    safe.sendall(data)
                    safe.settimeout(0.005)


@pytest.fixture
def tls(postgres):
    tls = Tls(postgres.port)
    yield tls
    tls.close()


def url_of(postgres, tls, options, host="localhost"):
    return postgres.url(port=tls.port).replace("127.0.0.1", host) + f"&{options}"


ROOT = f"sslrootcert={FILES / 'authority.pem'}"
STRANGER = f"sslrootcert={FILES / 'stranger.pem'}"


@pytest.mark.parametrize("options", ["sslmode=require", f"sslmode=verify-ca&{ROOT}", f"sslmode=verify-full&{ROOT}"])
def test_a_server_that_is_who_it_should_be_is_written_to_through_tls(postgres, tls, options):
    with bl.Network(url_of(postgres, tls, options)) as net:
        net.contact("n", 1)
        net.flush()
    assert tls.greeted >= 2
    assert tls.plain == 0


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ("sslmode=verify-full", "localhost"),  # of the authorities of the system, none knows it
        (f"sslmode=verify-full&{STRANGER}", "localhost"),
        (f"sslmode=verify-ca&{STRANGER}", "localhost"),
        (f"sslmode=require&{STRANGER}", "localhost"),
        (f"sslmode=verify-full&{ROOT}", "127.0.0.1"),  # whose name is another
        (f"sslmode=verify-full&sslrootcert={FILES / 'missing.pem'}", "localhost"),
    ],
)
def test_a_server_that_is_not_who_it_should_be_is_refused(postgres, tls, options, host):
    with pytest.raises(bl.StorageError, match="TLS.*correct sslmode or sslrootcert") as raised:
        bl.Network(url_of(postgres, tls, options, host))
    assert "secret" not in str(raised.value)
    assert tls.greeted == 0


def test_of_a_name_that_is_another_an_issuer_alone_is_enough_for_verify_ca(postgres, tls):
    with bl.Network(url_of(postgres, tls, f"sslmode=verify-ca&{ROOT}", "127.0.0.1")) as net:
        net.contact("n", 1)


def test_a_server_without_tls_is_refused_where_it_is_required_and_used_where_it_is_preferred(postgres):
    with pytest.raises(bl.StorageError, match="TLS"):
        bl.Network(f"{postgres.url()}&sslmode=require")
    for options in ("sslmode=prefer", "sslmode=disable"):
        with bl.Network(f"{postgres.url()}&{options}") as net:
            net.contact("n", 1)


def test_without_tls_none_is_asked_for(postgres, tls):
    with pytest.raises(bl.StorageError):
        bl.Network(url_of(postgres, tls, "sslmode=disable"))
    assert (tls.greeted, tls.plain >= 1) == (0, True)
