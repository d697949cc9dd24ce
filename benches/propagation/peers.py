"""The peers: how each is installed into `target/peers`, pinned, and which program runs it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
SOURCES = BENCHES / "peers"
CACHE = BENCHES.parent / "target" / "peers"
STACK = 1 << 30  # bytes: preact and csp recurse along a chain
PEERS = ("csp", "alien", "preact")


class PeerError(RuntimeError):
    """A peer cannot be installed."""


def command(peer):
    """Install what a peer needs, unless it is there; return how it is run."""
    if peer == "csp":
        return [csp_environment() / "bin" / "python", SOURCES / "csp_native.py"]
    program = {"alien": "alien_signals.mjs", "preact": "preact.mjs"}[peer]
    return ["node", f"--stack-size={STACK * 9 // 10 // 1024}", node_modules() / program]


def csp_environment():
    """The virtual environment with csp."""
    pins = SOURCES / "requirements.txt"
    venv = CACHE / "python"
    if not installed(venv, pins):
        run("csp", sys.executable, "-m", "venv", "--clear", venv)
        pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run("csp", *pip, "--requirement", pins)
        stamp(venv, pins)
    return venv


def node_modules():
    """The directory with the npm packages, and beside them the programs that import them."""
    version = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True) if found() else None
    if version is None or int(version.stdout.removeprefix("v").partition(".")[0] or 0) < 20:
        raise PeerError("alien and preact need node 20 or newer and npm on the PATH")
    folder, lock = CACHE / "node", SOURCES / "package-lock.json"
    if not installed(folder, lock):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(SOURCES / name, folder)
        run("alien and preact", "npm", "ci", "--silent", "--prefix", folder)
        stamp(folder, lock)
    for program in SOURCES.glob("*.mjs"):  # node looks for packages beside the program
        shutil.copy(program, folder)
    return folder


def found():
    """Whether there are node and npm."""
    return shutil.which("node") and shutil.which("npm")


def installed(folder, pins):
    """Whether these very pins are installed."""
    mark = folder / "installed.sha256"
    return mark.exists() and mark.read_text() == hashlib.sha256(pins.read_bytes()).hexdigest()


def stamp(folder, pins):
    """Note which pins are installed."""
    (folder / "installed.sha256").write_text(hashlib.sha256(pins.read_bytes()).hexdigest())


def run(peer, *argv):
    """Run one step of an installation."""
    done = subprocess.run([str(word) for word in argv], check=False, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise PeerError(f"{peer} cannot be installed: {' '.join(map(str, argv))}: {said}")
