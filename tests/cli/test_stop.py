"""A run that is stopped from outside ends cleanly, keeps what it has, and says how to go on."""

from __future__ import annotations

import signal
import subprocess

import pytest


def fed(running, rows):
    """Write rows and wait until the network has taken the last of them."""
    running.stdin.write("".join(f'{{"qty": {row}}}\n' for row in rows))
    running.stdin.flush()
    for line in running.stdout:
        if f'"value": {rows[-1]},' in line:
            return
    pytest.fail(running.stderr.read())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_cleanly(process, cli, number, code):
    running = process("run", "pricing.yaml", "--input", "-", "--store", "shop.db", "--watch", "qty")
    fed(running, range(100, 300))
    running.send_signal(number)
    _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (code, "interrupted after row 200; the same command continues there\n")
    assert '"value": 299' in cli("get", "shop.db", "qty").out


def test_without_a_store_it_says_that_nothing_is_kept(process):
    running = process("run", "pricing.yaml", "--input", "-", "--watch", "qty")
    fed(running, range(100, 110))
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert (running.returncode, err) == (130, "interrupted after row 10; without --store nothing of it is kept\n")


def test_a_gadget_in_python_is_not_interrupted_in_the_middle(process, cli, folder):
    (folder / "slow_gadget.py").write_text("import time\ndef slow(x):\n    time.sleep(0.02)\n    return x\n")
    (folder / "slow.yaml").write_text(
        "name: slow\nbuild:\n  contacts: [{id: x, value: 0}]\n  gadgets:\n"
        '    - {id: g, python: "slow_gadget:slow", inputs: {x: x}, outputs: {slow: y}}\n'
    )
    running = process("run", "slow.yaml", "--input", "-", "--store", "slow.db", "--watch", "y")
    running.stdin.write("".join(f'{{"x": {row}}}\n' for row in range(1, 2000)))
    running.stdin.flush()
    for line in running.stdout:
        if '"value": 5,' in line:
            break
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert err.startswith("interrupted after row ")
    assert cli("get", "slow.db", "x").out.split("value")[1] == cli("get", "slow.db", "y").out.split("value")[1]


def test_a_reader_that_has_enough_ends_the_run_quietly(process):
    running = process("run", "pricing.yaml", "--input", "-", "--watch", "qty", stderr=subprocess.PIPE)
    fed(running, range(10))
    running.stdout.close()
    running.stdin.write("".join(f'{{"qty": {row}}}\n' for row in range(1000, 3000)))
    running.stdin.close()
    running.stdin = None
    assert running.wait(20) == 141
    assert "error" not in running.stderr.read()
