"""What was asked cannot be done: nothing has been changed, and the message says what to ask instead."""

from __future__ import annotations

import click


class Refused(click.ClickException):
    """A request that makes sense to the parser and not to us."""

    exit_code = 2
