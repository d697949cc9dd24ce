"""NumPy arrays, as type, shape and bytes, and codecs of NumPy scalars. It is imported only to read what it wrote."""

from __future__ import annotations

import math
import sys
from typing import Any

from bassline.codecs.codec import Codec, DecodeError, NotEncodableError
from bassline.errors import ValueTypeError

# Booleans, ints, floats, complex numbers, moments and spans, bytes and text of a fixed length.
KINDS = "biufcMmSU"
SCALARS = {
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "float32", "float64", "complex64", "complex128", "datetime64", "timedelta64", "str_", "bytes_",
}  # fmt: skip
UNNAMED = {"M": "datetime64", "m": "timedelta64", "U": "str_", "S": "bytes_"}
PLAIN = {"b": bool, "i": int, "f": float, "c": complex, "U": str, "S": bytes}


def is_held(dtype: Any) -> bool:
    """Whether arrays of a type are held: its items are plain bytes, the same on every machine."""
    return dtype.kind in KINDS and dtype.fields is None and not (dtype.kind in "fc" and dtype.name not in SCALARS)


def is_array(cls: type) -> bool:
    """Whether a class is NumPy's array itself."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and cls is getattr(numpy, "ndarray", None)


def encode_array(array: Any) -> tuple[str, tuple[int, ...], bytes]:
    """Return type, shape and bytes of a copy: little-endian, in row-major order."""
    if not is_held(array.dtype):
        raise ValueTypeError(
            "an array holds booleans, ints, floats, complex numbers, datetime64, timedelta64, or bytes and text of a "
            f"fixed length; found an array of dtype {array.dtype}; convert it with astype, or write a list"
        )
    little = array.dtype.newbyteorder("<")
    return little.str, array.shape, array.astype(little, copy=False).tobytes()


def decode_array(dtype: str, shape: tuple[int, ...], data: bytearray) -> Any:
    """Return an array over its own copy of the bytes."""
    import numpy as np  # noqa: PLC0415 - only who has arrays needs it

    kind = np.dtype(dtype)
    if not is_held(kind) or len(data) != math.prod(shape) * kind.itemsize:
        raise DecodeError(f"{len(data)} bytes are no array of dtype {dtype!r} and shape {shape}")
    return np.ndarray(shape, kind, data)


def scalar_codec(cls: type) -> Codec | None:
    """Return the codec of a class of NumPy's scalars."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or not issubclass(cls, numpy.generic) or cls.__module__ != "numpy":
        return None
    kind = numpy.dtype(cls)
    name = UNNAMED.get(kind.kind, kind.name)
    return Codec(f"numpy.{name}", encode_scalar, decode_any) if name in SCALARS else None


def encode_scalar(scalar: Any) -> Any:
    """Return the plain value; an array of no dimension where there is none."""
    kind = scalar.dtype.kind
    if kind in PLAIN:
        return PLAIN[kind](scalar)
    if kind == "u" and int(scalar) < 2**63:
        return int(scalar)
    if kind not in KINDS:
        raise NotEncodableError
    import numpy as np  # noqa: PLC0415 - it is there, or there would be no scalar

    return np.asarray(scalar)


def decode_scalar(name: str, payload: Any) -> Any:
    """Return the scalar of a codec's name."""
    import numpy as np  # noqa: PLC0415 - only who has scalars needs it

    name = name.removeprefix("numpy.")
    if name not in SCALARS:
        raise DecodeError(f"there is no scalar 'numpy.{name}'")
    if isinstance(payload, np.ndarray):
        return payload[()]
    return np.dtype(name).type(payload) if name not in UNNAMED.values() else getattr(np, name)(payload)


def decode_any(payload: Any) -> Any:
    """Never asked: scalars are decoded by the name of their codec."""
    raise DecodeError(f"which scalar {payload!r} is, its codec's name says")
