"""The errors of the public API, each also the nearest built-in."""

from __future__ import annotations


class BasslineError(Exception):
    """The root of all errors."""

    def __str__(self) -> str:  # KeyError would print the repr of its argument
        return " ".join(str(argument) for argument in self.args)


class UnknownContactError(BasslineError, KeyError):
    """A path that names nothing was read, written or removed."""


class BeyondTheReferenceError(BaseException):
    """A cycle breeds more events than a slow evaluator can follow; nothing is said about what comes of it."""


class DeclarationError(BasslineError, ValueError):
    """A declaration makes no sense by itself."""


class ConflictError(BasslineError, ValueError):
    """A declaration contradicts what exists."""


class StaleHandleError(BasslineError, ReferenceError):
    """A handle of something that was removed."""


class ContradictionError(BasslineError, ValueError):
    """An impossible join, in a network that raises on contradictions."""


class NotSettledError(BasslineError, RuntimeError):
    """A cycle did not reach a fixpoint."""


class GadgetError(BasslineError, RuntimeError):
    """A gadget failed; the tick was rolled back."""


class ManifestError(BasslineError, ValueError):
    """A template or manifest is malformed."""


class ValueTypeError(BasslineError, TypeError):
    """A value of a kind that cannot be content."""


class ValueRangeError(BasslineError, ValueError, OverflowError):
    """An int outside 64 bits."""
