"""A proxy between a store and its server that does to connections what networks do."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"


class Proxy:
    """Passes bytes on, until it is told otherwise; counts what it did."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.flowing = threading.Event()
        self.flowing.set()
        self.pairs: set[tuple[socket.socket, socket.socket]] = set()
        self.threads: list[threading.Thread] = []
        self.cut_in: int | None = None  # bytes that still pass
        self.refusing = False
        self.losing_commit = False
        self.cuts = self.lost_commits = 0
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *args: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()
        return thread

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.cut()
        for thread in self.threads:
            thread.join()
        self.listener.close()

    def cut(self) -> None:
        """Cut every connection."""
        with self.lock:
            pairs, self.pairs = self.pairs, set()
        self.cuts += bool(pairs)
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def cut_after(self, count: int) -> None:
        """Cut every connection when so many more bytes have passed, in the middle of whatever that is."""
        with self.lock:
            self.cut_in = count

    def lose_commit(self) -> None:
        """Let the next commit reach the server, and cut the connection in place of its answer."""
        self.losing_commit = True

    def freeze(self, seconds: float) -> None:
        """Let nothing through for a while, and everything then."""
        self.flowing.clear()
        threading.Timer(seconds, self.flowing.set).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.pairs.add((client, server))
            self._start(self._both, client, server)

    def _both(self, client: socket.socket, server: socket.socket) -> None:
        back = self._start(self._pass, server, client, False)
        self._pass(client, server, True)
        back.join()
        client.close()
        server.close()

    def _pass(self, source: socket.socket, sink: socket.socket, to_server: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.flowing.wait()
                if to_server and self.losing_commit and COMMIT in data:
                    self._lose(sink, data)
                    break
                passed = self._portion(data)
                sink.sendall(data[:passed])
                if passed < len(data):
                    self.cut()
                    break
        pair = (source, sink) if to_server else (sink, source)
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _portion(self, data: bytes) -> int:
        with self.lock:
            if self.cut_in is None:
                return len(data)
            passed = min(len(data), self.cut_in)
            self.cut_in -= passed
            if self.cut_in == 0:
                self.cut_in = None
                return min(passed, len(data) - 1)
            return passed

    def _lose(self, server: socket.socket, data: bytes) -> None:
        self.losing_commit = False
        with self.lock:
            mine = [pair for pair in self.pairs if pair[1] is server]
            self.pairs.difference_update(mine)
        # Nothing of the answer reaches the client, and the server has the time to give it.
        for client, _ in mine:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        server.sendall(data)
        time.sleep(0.05)
        self.lost_commits += 1
