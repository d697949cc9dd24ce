"""Classes by their path, `module:Class`, as stored values name them."""

from __future__ import annotations

import sys
from functools import reduce
from weakref import WeakValueDictionary

from bassline.codecs.codec import DecodeError

# Classes that were written in this process; those made inside functions are found nowhere else.
_written: WeakValueDictionary[str, type] = WeakValueDictionary()


def path_of(cls: type) -> str:
    """Return the path of a class, under which it will be found again.

    >>> path_of(DecodeError)
    'bassline.codecs.codec:DecodeError'
    """
    path = f"{cls.__module__}:{cls.__qualname__}"
    _written[path] = cls
    return path


def class_of(path: str) -> type:
    """Return the class of a path. No module is imported for it, as what a value says must not run code.

    Raises:
        DecodeError: there is none; the message says what is missing.
    """
    if not isinstance(path, str):
        raise DecodeError(f"a class is named 'module:Class', not {path!r}")
    module_name, _, qualified = path.partition(":")
    try:
        found = reduce(getattr, qualified.split("."), sys.modules[module_name])
    except (KeyError, AttributeError) as error:
        if path in _written:
            return _written[path]
        if isinstance(error, KeyError):
            raise DecodeError(f"the module of the class '{path}' is not imported") from error
        raise DecodeError(f"there is no class '{path}': {error}") from error
    if isinstance(found, type):
        return found
    raise DecodeError(f"'{path}' is no class but of type {type(found).__name__}")
