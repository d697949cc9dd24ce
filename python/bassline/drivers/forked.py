"""A child that was forked on a driver's thread: it is no driver, as its network stayed with the parent."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from typing import NoReturn


def leave_child(driver: str, raised: BaseException | None) -> NoReturn:
    """End the child when it comes back from the driver: by `sys.exit` with its code, otherwise with 1, saying why."""
    code = 1
    if isinstance(raised, SystemExit):
        code = raised.code if isinstance(raised.code, int) else int(raised.code is not None)
    else:
        told = "" if raised is None else "".join(traceback.format_exception(raised))
        with contextlib.suppress(Exception):
            sys.stderr.write(
                f"{told}bassline: this process was forked inside the driver '{driver}', and has come back from it; "
                "the driver and its network stayed with the parent: end the child with os._exit() there, or use the "
                "'spawn' start method\n"
            )
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(code & 0xFF)
