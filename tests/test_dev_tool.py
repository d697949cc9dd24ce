"""`./dev` itself, as far as it can be tried without building anything."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from tests.planted import leash

ROOT = Path(__file__).resolve().parent.parent
DEV = ROOT / "dev"
COMMANDS = ("demo", "test", "check", "bench", "soak", "ci", "fmt", "doctor")


def dev(*words, tool=DEV, cwd=ROOT, **environment):
    env = os.environ | {key: str(value) for key, value in environment.items()}
    return subprocess.run([sys.executable, tool, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def stand_in(tmp_path):
    """A repository with the real `./dev`, whose cargo and .venv are scripts that write down how they were called."""
    root = tmp_path / "a house"
    (root / "rust" / "bassline-core").mkdir(parents=True)
    (root / "tests").mkdir(parents=True)
    (root / "tests" / "test_engine_against_reference.py").touch()
    (root / "python" / "bassline").mkdir(parents=True)
    (root / "Cargo.toml").write_text("[workspace]\n")
    shutil.copy(DEV, root / "dev")
    shutil.copy(ROOT / "pyproject.toml", root)
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]

    tools = root / "tools"
    venv = root / ".venv"
    for folder in (tools, venv / "bin"):
        folder.mkdir(parents=True)
    script(
        tools / "cargo",
        """
        echo "cargo $* cases=${BASSLINE_CASES-} seed=${BASSLINE_SEED-}" >> "$LOG"
        if [ -n "${ALIVE-}" ]; then
            exec 9> "$ALIVE"
            if [ -n "${LEAVES-}" ]; then setsid sleep 60 & fi
            echo begun >&9
            exec sleep 60
        fi
        echo "running ${CARGO_TESTS-3} tests"
        exit ${CARGO_CODE-0}
    """,
    )
    script(
        venv / "bin" / "python",
        """
        if [ "$2" = maturin ]; then touch "$VIRTUAL_ENV/../python/bassline/_core.abi3.so"; fi
        echo "python $* cases=${BASSLINE_CASES-} seed=${BASSLINE_SEED-}" >> "$LOG"
        if [ "$2" = tests.planted ] && [ -n "${ALIVE-}" ]; then
            exec 9> "$ALIVE"
            PYTHONPATH="$REAL_TESTS" exec "$REAL_PYTHON" "$@"
        fi
        if [ "$2" = pytest ]; then exit ${PYTEST_CODE-0}; fi
    """,
    )
    (venv / "dev-installed.txt").write_text("\n".join(groups["development"]))

    def run(*words, **environment):
        log = root / "log"
        log.unlink(missing_ok=True)
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        done = dev(*words, tool=root / "dev", cwd=root, PATH=path, LOG=log, **environment)
        done.calls = log.read_text().replace(f"{root}/", "").splitlines() if log.exists() else []
        return done

    @contextlib.contextmanager
    def started(*words, **environment):
        """A run whose cargo does not end, once that has begun; and a pipe that what was started keeps open while it lives."""
        alive = root / "alive"
        os.mkfifo(alive)
        env = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "LOG": str(root / "log")}
        env |= {"ALIVE": str(alive)} | environment
        words = [sys.executable, root / "dev", *words]
        process = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, text=True, start_new_session=True)
        with process as running, alive.open() as pipe:
            assert pipe.readline() == "begun\n"
            try:
                yield running, pipe
            finally:
                with contextlib.suppress(ProcessLookupError):  # nobody is left, as it should be
                    os.killpg(running.pid, signal.SIGKILL)

    run.root, run.started = root, started
    return run


def script(path, body):
    path.write_text("#!/bin/sh\n" + textwrap.dedent(body))
    path.chmod(0o755)


def test_help_names_every_command():
    done = dev("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^    {command}\s+\w", done.stdout, re.MULTILINE), command


@pytest.mark.parametrize("command", [c for c in COMMANDS if c != "demo"])
def test_each_command_has_help(command):
    assert dev(command, "--help").stdout.startswith(f"usage: ./dev {command}")


def test_works_from_any_directory(tmp_path):
    assert dev("test", "--help", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["tset"], "tset"),
        ([], "COMMAND"),
        (["test", "kernle"], "unknown area 'kernle', known are: core, data, kernel, storage, "),
        (["test", "--verbose"], "unknown argument '--verbose'"),
        (["test", "--iter=3"], "unknown argument '--iter=3'"),
        (["test", "--iterations", "0"], "at least 1, found '0'"),
        (["test", "--cases", "many"], "at least 1, found 'many'"),
        (["test", "--seed", "x"], "invalid int value: 'x'"),
        (["check", "core"], "unknown argument 'core'"),
        (["ci", "--fix"], "unknown argument '--fix'"),
        (["soak", "moon"], "invalid choice: 'moon'"),
    ],
)
def test_refuses_in_one_line_what_it_does_not_honour(words, expected):
    done = dev(*words)
    assert done.returncode == 2
    assert expected in done.stderr
    assert re.fullmatch(r"dev: .*; see \./dev.* --help\n", done.stderr)
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["test", "check", "ci", "fmt"])
def test_says_how_to_get_cargo_when_it_is_missing(command, tmp_path):
    done = dev(command, PATH=tmp_path, CARGO_HOME=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("dev: cargo is not on the PATH; install Rust with: curl")
    assert done.stderr.count("\n") == 1


def test_says_how_to_get_python_when_it_is_too_old(tmp_path):
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 1); runpy.run_path({str(DEV)!r}, run_name='__main__')"
    env = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", pretend], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("dev: needs Python 3.11 or newer, this is 3.9; on Debian")
    assert done.stderr.count("\n") == 1


def test_goes_on_in_a_newer_python_on_the_path(tmp_path):
    script(tmp_path / "python3.12", '[ "$1" = -c ] || echo "newer: $*"')
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 1); runpy.run_path({str(DEV)!r}, run_name='__main__')"
    env = os.environ | {"PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", pretend, "doctor"], env=env, capture_output=True, text=True, check=False
    )
    assert done.stdout == f"newer: {DEV} doctor\n"


def test_doctor_names_what_is_missing_and_the_fix(tmp_path):
    done = dev("doctor", PATH=tmp_path, CARGO_HOME=tmp_path)
    assert done.returncode == 1
    assert re.search(r"MISSING cargo .*rustup", done.stdout)
    assert "missing" in done.stdout.splitlines()[-1]


def test_all_tests_are_cargo_then_pytest(stand_in):
    done = stand_in("test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.calls[0] == "cargo test --workspace cases= seed="
    assert done.calls[-1] == "python -m pytest cases= seed="
    assert re.search(r"  cargo test +ok .* s\n  pytest +ok .* s\ndev test: ok \(.* s\)\n$", done.stdout)


def test_an_area_has_its_crates_and_paths(stand_in):
    assert stand_in("test", "core").calls == ["cargo test -p bassline-core cases= seed="]
    assert (
        stand_in("test", "reference").calls[-1]
        == "python -m pytest tests/test_engine_against_reference.py cases= seed="
    )
    done = stand_in("test", "e2e")
    assert done.returncode == 1
    assert done.stderr == "dev: there are no tests yet for e2e; run all with: ./dev test\n"


def test_iterations_count_the_seed_up_and_stop_at_the_first_failure(stand_in):
    done = stand_in("test", "core", "--iterations", "2", "--cases", "7", "--seed", "40")
    assert [call.partition("cases")[2] for call in done.calls] == ["=7 seed=40", "=7 seed=41"]
    done = stand_in("test", "core", "--iterations", "9", CARGO_CODE=101)
    assert len(done.calls) == 1
    assert done.returncode == 1


def test_a_failure_ends_with_the_command_that_replays_it(stand_in):
    done = stand_in("test", "core", "reference", "-k", "two words", "--seed", "5", PYTEST_CODE=1)
    assert done.returncode == 1
    *_, cargo, pytest_line, verdict = done.stdout.splitlines()
    assert " ok " in cargo
    assert pytest_line.endswith(
        "replay: BASSLINE_SEED=5 .venv/bin/python -m pytest tests/test_engine_against_reference.py -k 'two words'"
    )
    assert verdict.startswith("dev test: FAILED: pytest (")
    done = stand_in("test", "core", "--seed", "5", CARGO_CODE=101)
    *_, cargo, verdict = done.stdout.splitlines()
    assert cargo.endswith("replay: BASSLINE_SEED=5 PROPTEST_RNG_SEED=5 cargo test -p bassline-core")
    assert verdict.startswith("dev test: FAILED: cargo test (")


def test_properties_are_tried_on_the_same_cases_in_every_run():
    settings = tomllib.loads((ROOT / ".cargo" / "config.toml").read_text())
    assert settings["env"]["PROPTEST_RNG_SEED"].isdigit()


def test_a_pattern_must_match_something(stand_in):
    nothing = {"PYTEST_CODE": 5}
    done = stand_in("test", "-k", "merge", **nothing)
    assert done.returncode == 0
    assert done.calls[0].startswith("cargo test --workspace -- merge ")
    assert done.calls[-1].startswith("python -m pytest -k merge ")
    done = stand_in("test", "-k", "merge", CARGO_TESTS=0, **nothing)
    assert done.returncode == 1
    assert "no test matches 'merge'" in done.stdout
    assert stand_in("test", "reference", **nothing).returncode == 1


def test_propagation_is_measured_beside_the_peers_and_nothing_else_is(stand_in):
    (stand_in.root / "benches").mkdir()
    done = stand_in("bench", "propagation", "chain", "--without", "csp", "--without", "alien", "--rounds", "3")
    assert done.calls == ["python benches/propagation chain --without csp --without alien --rounds 3 cases= seed="]
    done = stand_in("bench", "chain", "--without", "csp")
    assert done.calls == []
    assert done.stderr == "dev: --without leaves a peer out of: ./dev bench propagation\n"


def test_a_soak_goes_on_where_it_was_stopped(stand_in):
    done = stand_in("soak", "engine", "--seed", "3", "--start", "700", "--cases", "50")
    assert "cargo test --release -p bassline-core cases= seed=" in done.calls
    assert "python -m tests.agreement --seed 3 --start 700 --cases 50 cases= seed=" in done.calls
    done = stand_in("soak", "kernel", "--seed", "3", "--start", "700", "--cases", "50")
    example = "cargo run --release -p bassline-storage --example soak_kernel"
    load = "python -m tests.kernel.load --seconds 600"
    assert done.calls == [f"{example} -- --seeds 50 --seed 703 cases= seed=", f"{load} cases= seed="]


def test_what_a_model_checker_runs_is_a_build_of_its_own(stand_in):
    for crate in ("bassline-kernel", "bassline-storage"):
        (stand_in.root / "rust" / crate / "tests" / "schedules").mkdir(parents=True)
    kernel = "cargo test -p bassline-kernel --features bassline-kernel/schedules --test schedules"
    both = (
        "-p bassline-kernel -p bassline-storage --features bassline-kernel/schedules,bassline-storage/schedules "
        "--test schedules"
    )
    plain, scheduled, *_ = stand_in("test", "kernel", "--cases", "9").calls
    assert (plain, scheduled) == ("cargo test -p bassline-kernel cases=9 seed=", f"{kernel} cases=9 seed=")
    assert stand_in("test", "kernel", "-k", "gate").calls[1] == f"{kernel} -- gate cases= seed="
    assert stand_in("test").calls[1] == f"cargo test {both} cases= seed="
    assert not any("schedules" in call for call in stand_in("test", "core").calls)
    assert f"cargo clippy {both} -- -D warnings cases= seed=" in stand_in("check").calls
    long = stand_in("soak", "schedules", "--seed", "3", "--start", "700", "--cases", "50").calls
    assert long == [f"cargo test --release {both} -- --nocapture cases=50 seed=703"]


def test_planted_bugs_are_built_once_and_aside(stand_in):
    done = stand_in("test", "--planted", "glitch", "--cases", "9")
    assert done.returncode == 0, done.stdout + done.stderr
    build, unpack, run = [call for call in done.calls if call.startswith("python")]
    assert "maturin build --profile planted --features planted --out target/planted-bugs" in build
    assert "--target target/planted-bugs/site" in unpack
    assert run.startswith("python -m tests.planted glitch --cases 9 ")
    assert len(stand_in("test", "--planted").calls) == 1


def test_the_extension_is_built_only_when_its_sources_change(stand_in):
    def built():
        return any("maturin develop --release" in call for call in stand_in("test", "reference").calls)

    assert built()
    assert not built()
    source = stand_in.root / "rust" / "bassline-core" / "lib.rs"
    source.write_text("one")
    assert built()
    source.touch()
    assert not built()
    source.write_text("two")
    assert built()
    next((stand_in.root / "python" / "bassline").glob("_core*.so")).unlink()
    assert built()


def test_ctrl_c_ends_the_running_program_and_says_so(stand_in):
    with stand_in.started("test", "core") as (running, _):
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the whole foreground group
        assert running.communicate(timeout=20)[1] == "\ndev: interrupted\n"
        assert running.returncode == 130


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_of_a_run_with_planted_bugs_outlives_it(stand_in, number):
    extension = stand_in.root / "bassline" / "_core.py"
    extension.parent.mkdir()
    extension.write_text("planted_bugs = ['journal-one']")
    (extension.parent / "__init__.py").touch()
    tests = f"{stand_in.root}{os.pathsep}{ROOT}"
    real = {"REAL_PYTHON": sys.executable, "REAL_TESTS": tests, "LEAVES": "1"}
    with stand_in.started("test", "--planted", "journal-one", **real) as (running, pipe):
        (os.killpg if number == signal.SIGINT else os.kill)(running.pid, number)
        running.communicate(timeout=20)
        assert closed(pipe)


def test_on_a_leash_ctrl_c_counts_even_where_it_is_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = leash.run([sys.executable, "-c", "import signal; print(signal.getsignal(signal.SIGINT).__name__)"])
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == leash.Done(0, "default_int_handler\n")


def test_no_worker_outlives_the_process_that_the_pool_belongs_to():
    program = """if True:
        import time
        from tests.agreement.cases import pool
        with pool() as workers:
            workers.submit(len, "").result()
            print("begun", flush=True)
            workers.submit(time.sleep, 60).result()
    """
    words = [sys.executable, "-c", program]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout.readline() == "begun\n"
        running.kill()
        assert closed(running.stdout)


def test_a_worker_that_does_not_look_for_signals_ends():
    program = """if True:
        from collections import deque
        from itertools import repeat
        from tests.agreement import cases
        cases.PATIENCE, cases.LAST = 0.1, 0.2
        cases.CHECKS["engine"] = lambda *_: deque(repeat(0), 0)
        cases.failure(cases.Cases("engine", 0), 0)
    """
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == -signal.SIGVTALRM


def closed(pipe):
    """Whether a pipe is soon closed by all that had it open."""
    return bool(select.select([pipe], [], [], 20)[0]) and pipe.read() == ""


def test_the_fuzz_is_run_for_as_long_as_is_said(stand_in):
    done = stand_in("soak", "fuzz", "--seed", "3", "--start", "7", "--seconds", "60")
    assert "python -m tests.fuzz --seed 3 --start 7 --seconds 60 cases= seed=" in done.calls
