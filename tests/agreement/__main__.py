"""A long run of the engine against the reference: `python -m tests.agreement --cases 1000000`."""

from __future__ import annotations

import argparse
import sys
import time

from tests.agreement.cases import CHECKS, DRAWN, Cases, explained, pool, run_cases
from tests.agreement.tally import Tally

LINE_EVERY = 10  # seconds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.agreement", description=__doc__, allow_abbrev=False)
    parser.add_argument("--of", choices=DRAWN, default="networks", help="what is drawn")
    parser.add_argument("--check", choices=CHECKS, default="engine")
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--start", type=int, default=0, help="the number of the first case: to go on where a run was stopped"
    )
    parser.add_argument("--as-drawn", action="store_true", help="show a failure as it was drawn, not made small")
    args = parser.parse_args()
    cases = Cases(args.check, args.seed, args.of)
    end = args.start + args.cases
    tally, started, told, done = Tally(), time.monotonic(), 0.0, args.start
    try:
        with pool() as workers:
            for chunk in run_cases(workers, cases, args.start, args.cases):
                tally.add(chunk.tally)
                if chunk.failed is not None:
                    text = explained(cases, chunk, small=not args.as_drawn)
                    print(f"{text}\n\n{tally}", flush=True)
                    return 1
                done, elapsed = done + chunk.tally.cases, time.monotonic() - started
                if elapsed - told > LINE_EVERY or done == end:
                    told = elapsed
                    rate = tally.cases / elapsed
                    print(f"seed {args.seed}, up to case {done:,} of {end:,}, {rate:.0f}/s; {tally}", flush=True)
    except KeyboardInterrupt:
        print(
            f"stopped; to go on: --of {args.of} --seed {args.seed} --start {done} --cases {end - done}", file=sys.stderr
        )
        return 130
    if args.of == "networks" and (few := tally.missing()):  # the counts of the others differ
        print(f"too little was exercised: {few}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
