"""Options that several commands share."""

from __future__ import annotations

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON lines, on a terminal too.")
debug = click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
