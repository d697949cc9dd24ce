"""`./dev soak postgres`: outages by the hundred, with what was counted at the end."""

from __future__ import annotations

import argparse
import random
import sys

from tests.postgres.outages import endure
from tests.postgres.server import Server

PART = 20  # outages between two looks at everything that is there


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description=__doc__, allow_abbrev=False)
    parser.add_argument("--cases", type=int, default=200, help="how many outages")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    args = parser.parse_args()
    server = Server()
    try:
        for first in range(0, args.cases, PART):
            seed = args.seed + first
            print(f"seed {seed}: {endure(server, min(PART, args.cases - first), seed)}", flush=True)
    finally:
        server.close()
    print(f"{args.cases} outages, 0 ticks lost, 0 doubled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
