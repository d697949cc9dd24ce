"""Codecs of some classes of the standard library: UUIDs, paths, arrays of numbers."""

from __future__ import annotations

import sys
from array import array
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any
from uuid import UUID

from bassline.codecs.codec import Codec, DecodeError

PATHS = {"Path": Path, "PurePosixPath": PurePosixPath, "PureWindowsPath": PureWindowsPath}


def decode_path(payload: Any) -> Any:
    """Return the path; a concrete one is of the machine's own kind."""
    kind, text = payload
    return PATHS[kind](text)


def encode_array(value: array[Any]) -> Any:
    """Return type code, item size and bytes, the lowest first."""
    if sys.byteorder == "big":
        value = value[:]
        value.byteswap()
    return [value.typecode, value.itemsize, value.tobytes()]


def decode_array(payload: Any) -> array[Any]:
    """Return the array, if items have the same size on this machine."""
    typecode, size, data = payload
    value: array[Any] = array(typecode)
    if value.itemsize != size:
        raise DecodeError(f"items of type code {typecode!r} have {value.itemsize} bytes here, and {size} where written")
    value.frombytes(data)
    if sys.byteorder == "big":
        value.byteswap()
    return value


CONCRETE = Codec("path", lambda value: ["Path", str(value)], decode_path)
PURE = Codec("path", lambda value: [type(value).__name__, str(value)], decode_path)
CODECS: dict[type, Codec] = {
    UUID: Codec("uuid", str, UUID),
    array: Codec("array.array", encode_array, decode_array),
    PosixPath: CONCRETE,
    WindowsPath: CONCRETE,
    PurePosixPath: PURE,
    PureWindowsPath: PURE,
}
