"""What a codec is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Codec:
    """A name, what turns an object into a payload of values, and what turns that back."""

    name: str
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


class NotEncodableError(Exception):
    """This one object has no payload, though others of its type have."""


class DecodeError(LookupError):
    """A payload cannot be turned back; the message says what is missing."""
