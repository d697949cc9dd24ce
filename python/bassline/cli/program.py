"""The commands together, and how every end of them becomes an exit code and at most one line."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

import click

import bassline as bl
from bassline.cli.dead_letters import dead_letters
from bassline.cli.doctor import doctor
from bassline.cli.get import get
from bassline.cli.history import history
from bassline.cli.interrupt import Stopped
from bassline.cli.run import run
from bassline.cli.say import message_of, one_line, say
from bassline.cli.snapshot import restore, snapshot
from bassline.cli.stats import stats
from bassline.cli.why import why

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, USAGE, INTERRUPTED = 1, 2, 130
BROKEN_PIPE = 141  # as a shell reports a program that SIGPIPE ended


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(bl.__version__, message="bassline %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def program() -> None:
    """One live, durable, explainable graph of values.

    Exit codes: 0 it went well; 1 the run failed (bad data, a gadget's error, a store's failure); 2 it was asked
    wrongly (an option, a path, a manifest); 130 it was interrupted.
    """


for command in (run, get, why, history, snapshot, restore, stats, dead_letters, doctor):
    program.add_command(command)


def call(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        # Not program.main: it would end a broken pipe its own way.
        with program.make_context("bassline", list(arguments)) as context:
            program.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:  # --help, --version
        return ended.exit_code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (nobody is to see a traceback unasked)
        if "--debug" in arguments:
            traceback.print_exc()
        return end_of(error)
    return 0


def end_of(error: BaseException) -> int:
    """Say in one line what ended a command, and return the exit code for it."""
    if isinstance(error, BrokenPipeError):  # whoever read our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        print(error.format_message())
        return USAGE
    message, code = account_of(error)
    say(one_line(message))
    return code


def account_of(error: BaseException) -> tuple[str, int]:
    """Return what to say of an error, and its exit code."""
    match error:
        case Stopped():
            account = str(error), error.code
        case KeyboardInterrupt() | click.Abort():
            account = "interrupted", INTERRUPTED
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "bassline"
            account = f"error: {error.format_message().rstrip('.')}; see {command} --help", USAGE
        case click.ClickException():
            account = f"error: {error.format_message()}", error.exit_code
        case bl.errors.ManifestError() | bl.errors.UnknownContactError():
            account = f"error: {message_of(error)}", USAGE
        case bl.errors.BasslineError() | OSError():
            account = f"error: {message_of(error)}", FAILED
        case _:
            way_out = "this is a mistake of ours; --debug shows all of it"
            account = f"error: {type(error).__name__}: {error}; {way_out}", FAILED
    return account
