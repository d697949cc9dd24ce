"""`./dev bench propagation`: the usual shapes in our engine, its floors and the peers, in one run, with ratios.

All contenders build the same graph, from the file the Rust bench writes. A tick writes one source (batch: all of them)
and ends when every value downstream is up to date. They take turns in rounds, so that a noisy machine hits all alike.
Samples are short, so that some of them are not interrupted. At the end every value of every contender must be equal.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison import FUNCTIONS, RUST, compare
from peers import CACHE, PEERS, SOURCES, PeerError, command
from program import Program
from table import show

UNSUITABLE = ("dynamic", "nothing")  # for who has a fixed plan, and where there is no function to call
ROOT = Path(__file__).resolve().parent.parent.parent


def built():
    """The Rust bench, built."""
    words = ["cargo", "bench", "-p", "bassline-core", "--bench", "propagate", "--no-run", "--message-format=json"]
    done = subprocess.run(words, check=False, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("bench: the Rust bench does not build; see above")
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("executable"))


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench propagation", description=__doc__, allow_abbrev=False)
    parser.add_argument("shapes", nargs="*", help="only shapes with one of these in their name")
    parser.add_argument("--without", action="append", choices=PEERS, default=[], help="leave a peer out on purpose")
    parser.add_argument("--functions", action="store_true", help="Python functions instead of native gadgets")
    parser.add_argument("--rounds", type=int, default=25, help="how often each is measured in a shape")
    parser.add_argument("--sample", type=float, default=10, metavar="MS", help="length of a sample")
    parser.add_argument("--json", type=Path, default=ROOT / "target" / "bench-propagation.json", metavar="FILE")
    return parser.parse_args()


def main():
    args = arguments()
    wanted = [peer for peer in (PEERS[:1] if args.functions else PEERS) if peer not in args.without]
    try:
        commands = {peer: command(peer) for peer in wanted}
    except PeerError as error:
        left_out = " ".join(f"--without {peer}" for peer in PEERS)
        sys.exit(f"bench: A PEER IS MISSING. {error}\nbench: to leave peers out on purpose: {left_out}")
    ours = FUNCTIONS if args.functions else RUST
    programs = [Program("rust", [built(), "--serve"], () if args.functions else RUST)]
    if args.functions:
        programs.append(Program("python", [sys.executable, SOURCES / "python_functions.py"], FUNCTIONS))
    nodes = ["python"] if args.functions else []
    programs += [Program(peer, [*argv, *nodes]) for peer, argv in commands.items()]
    known = [name for name in programs[0].ask("shapes").split() if not (args.functions and name in UNSUITABLE)]
    shapes = [name for name in known if not args.shapes or any(part in name for part in args.shapes)]
    if not shapes:
        sys.exit(f"bench: no shape has {' or '.join(args.shapes)} in its name; there are: {', '.join(known)}")
    results = []
    with tempfile.TemporaryDirectory(prefix="bassline-bench-") as folder:
        for shape in shapes:
            print(f"bench: {shape} ...", file=sys.stderr, flush=True)
            results.append(compare(shape, programs, args.rounds, args.sample / 1e3, Path(folder)))
            args.json.parent.mkdir(parents=True, exist_ok=True)
            args.json.write_text(json.dumps([result.to_json() for result in results], indent=1))
    for program in programs:
        program.close()
    show(results, [*ours, *wanted])
    for peer in args.without:
        print(f"left out on purpose: {peer}")
    print(f"written: {args.json}; the peers are in {CACHE}")


if __name__ == "__main__":
    main()
