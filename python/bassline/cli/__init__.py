"""The `bassline` command: run a manifest on an input, read a store, ask why."""

from __future__ import annotations

import sys

MISSING = "error: the command line needs {}, which is not installed: pip install 'bassline[cli]'"


def main() -> None:
    """Run the command line and leave with its exit code: 0 it went well, 1 the run failed, 2 it was asked wrongly."""
    try:
        import click  # noqa: F401, PLC0415  (an extra: the package itself needs nothing)
        import rich  # noqa: F401, PLC0415
    except ModuleNotFoundError as error:
        print(MISSING.format(error.name), file=sys.stderr)
        sys.exit(2)
    from bassline.cli.program import call  # noqa: PLC0415

    sys.exit(call(sys.argv[1:]))
