"""A driver that writes changes to the log of the program."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bassline._found import found
from bassline.drivers.batches import a_batch, changes_of
from bassline.drivers.driver import Driver
from bassline.errors import DeclarationError, ValueTypeError

if TYPE_CHECKING:
    from bassline import _core


class LogDriver(Driver):
    """Logs each change by `logging`, with its fields apart for handlers that keep structure.

    A record has `bassline_path`, `bassline_old`, `bassline_new`, `bassline_tick`, `bassline_index`, `bassline_cause`
    and `bassline_network`. What was lost is logged as a warning.

    Raises:
        DeclarationError: the level is none.
        ValueTypeError: the logger is none.

    >>> import logging, sys
    >>> logger = logging.getLogger("docs.log_driver")
    >>> logger.setLevel("INFO")
    >>> shown = logging.StreamHandler(sys.stdout)
    >>> shown.setFormatter(logging.Formatter("%(levelname)s %(message)s, by %(bassline_cause)s"))
    >>> logger.addHandler(shown)
    >>> net = bl.Network()
    >>> net.attach(bl.LogDriver(logger, pattern="shop/**"))
    >>> _ = net.contact("shop/price", 9.5), net.contact("other", 1)
    >>> net["shop/price"] = 10
    >>> net.close()
    INFO shop/price: Nothing -> 9.5, by external:
    INFO shop/price: 9.5 -> 10, by external:
    """

    def __init__(
        self, logger: logging.Logger | str = "bassline.changes", level: int | str = "INFO", pattern: str = "**"
    ) -> None:
        """Log what matches a pattern, at a level."""
        known: Any = logger
        if issubclass(type(logger), str):
            known = logging.getLogger(known)
        elif not callable(getattr(known, "log", None)):
            raise ValueTypeError(f"logger is one of logging's, or its name; found {found(logger)}")
        self._logger = known
        self._level = _level(level)
        self._pattern = pattern

    def handle_changes(self, batch: _core.Batch) -> None:
        """Log a batch."""
        gap = a_batch(batch).gap
        if gap is not None:
            fields: dict[str, Any] = {"bassline_cause": gap.reason, "bassline_tick": gap.last_tick}
            self._logger.warning("changes are missing: %r", gap, extra=fields)
        if not self._logger.isEnabledFor(self._level):
            return
        for change in changes_of(batch, self._pattern):
            fields = {
                f"bassline_{name}": getattr(change, name)
                for name in ("path", "old", "new", "tick", "index", "cause", "network")
            }
            self._logger.log(self._level, "%s: %r -> %r", change.path, change.old, change.new, extra=fields)


def _level(level: int | str) -> int:
    known = logging.getLevelNamesMapping().get(level.upper()) if isinstance(level, str) else level
    if not isinstance(known, int) or isinstance(known, bool):
        raise DeclarationError(f"level is one of logging's, as 'INFO' or 20; found {found(level)}")
    return known
