"""Run the fuzz: `python -m tests.fuzz --seed N --seconds S`, or a case again: `--case N`.

Before each call it is written down, so that a crash or a hang shows its seed, case and call.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import os
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

from tests.fuzz.running import Account, BrokenContractError, Case

HANGS = 20  # seconds for one case
TOURS = 5  # how often each callable comes first before anything is said of those that were not reached
REFUSED = {  # always: nobody but Bassline makes them, or there is no such thing
    "Batch", "Change", "Contact", "Gadget", "IngestResult", "RowReader", "Undecoded", "Wire", "Group", "Network.__delitem__",
    "Network.__reduce__", "Handles.__reduce__", "Watch.__reduce__", "LiveTable.__reduce__", "Driver.handle_changes", "Columns", "Contradiction", "Link", "Lattice.join",
    "StorageDriver.handle_changes", "BridgeDriver.start_listening", "DeadLetter", "Gap", "NetworkStorage", "Snapshot",
    *(f"{kind}.handle_command" for kind in ("Driver", "BridgeDriver", "CallbackDriver", "LogDriver", "MemoryCache", "MetricsDriver",
    "StorageDriver")), *(f"{kind}.__hash__" for kind in ("Attachment", "Command", "Stored")),  # as they hold dicts
    "DeadLetters", "Storage.backup", "Network.restart",  # of what is in memory, and has not failed
}  # fmt: skip


def run_case(
    seed: int,
    number: int,
    folder: Path,
    account: Account,
    said: list[str],
    *,
    loud: bool,
    trail: int | None = None,
    threads: bool = True,
) -> str | None:
    """What went wrong, if something did."""
    said.clear()

    def tell(line: str) -> None:
        said.append(line)
        if trail is not None:  # what is there when the process is not there any more
            os.pwrite(
                trail, f"seed {seed}, case {number}: {line}\n".encode(errors="backslashreplace").ljust(400)[:400], 0
            )
        if loud:
            print(line, flush=True)

    faulthandler.dump_traceback_later(HANGS, exit=True)
    try:
        Case(seed, number, folder, account, tell, threads=threads).run()
    except BrokenContractError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - whatever it is, the case is to be seen
        return traceback.format_exc()[-3000:]
    finally:
        faulthandler.cancel_dump_traceback_later()
    return None


def unreached(account: Account) -> list[str]:
    return sorted(name for name in account.targets() if not account.called[name])


def never_succeeded(account: Account) -> list[str]:
    """What can succeed and never did: then it is always called wrongly here."""
    targets = [target for target in account.targets().values() if target.kind in ("call", "method", "get")]
    return sorted({target.name for target in targets if not account.succeeded[target.name]} - REFUSED)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__, allow_abbrev=False)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--start", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", type=int, help="run this case only, and show its calls")
    parser.add_argument("--keep-going", action="store_true", help="go on after a failure")
    parser.add_argument("--trail", type=Path, help="a file that names the call that is running")
    parser.add_argument("--trace", type=int, default=0, help="print what came of the calls of so many cases")
    args = parser.parse_args()
    trail = None if args.trail is None else os.open(args.trail.resolve(), os.O_RDWR | os.O_CREAT)
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.unraisablehook = lambda _: None  # what hostile objects raise where nobody can be told
    gc.collect()
    account, said = Account(), []
    with tempfile.TemporaryDirectory(prefix="bassline-fuzz-") as temporary:
        os.chdir(temporary)
        if args.case is not None:
            problem = run_case(args.seed, args.case, Path(), account, said, loud=True)
            print(problem or "ok")
            return problem is not None
        for number in range(args.trace):
            problem = run_case(args.seed, number, Path(), account, said, loud=True, threads=False)
            if problem is not None:
                print(problem)
                return 1
        if args.trace:
            return 0
        deadline, number, failed = time.monotonic() + args.seconds, args.start, 0
        while time.monotonic() < deadline:
            problem = run_case(args.seed, number, Path(), account, said, loud=False, trail=trail)
            if problem is not None:
                failed += 1
                print(
                    f"seed {args.seed}, case {number}: {problem}\n  calls: " + "\n         ".join(said[-6:]), flush=True
                )
                print(f"again: python -m tests.fuzz --seed {args.seed} --case {number}\n", flush=True)
                if not args.keep_going:
                    return 1
            number += 1
        print(f"{number - args.start} cases, {account.called.total()} calls of {len(account.called)} callables")
        print("errors: " + ", ".join(f"{count} {name}" for name, count in account.errors.most_common()))
        if number - args.start >= TOURS * len(account.targets()):
            missing = [f"never called: {name}" for name in unreached(account)]
            missing += [f"never succeeded: {name}" for name in never_succeeded(account)]
            print(*missing, sep="\n")
            failed += len(missing)
        return failed > 0


if __name__ == "__main__":
    sys.exit(main())
