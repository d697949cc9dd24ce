"""Which codec a type has, and which codec a name means."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - it stands in the type of a table
from contextlib import suppress
from types import CoroutineType
from typing import Any, TypeVar, overload
from weakref import WeakKeyDictionary

from bassline import _core
from bassline._found import found
from bassline.codecs import enums, moments, numbers, numpy_values, pydantic_models, records, standard
from bassline.codecs.codec import Codec, DecodeError, NotEncodableError
from bassline.errors import BasslineError, ConflictError, ValueTypeError
from bassline.scope import Group

Class = TypeVar("Class", bound=type)

_OWN = (type(None), bool, int, float, str, bytes, bytearray, list, tuple, dict, set, frozenset)
_MISTAKES: dict[type, str] = {
    _core.NothingType: "Nothing stands for no content and is in no list or dict; None is a value",
    _core.const: "bl.const(...) is for the ports of gadgets; write the value itself",
    _core.Contact: "write its .value, or connect the two with net.wire(...)",
    _core.Gadget: "write its .path",
    _core.Wire: "write the paths of its .ends",
    _core.GroupHandle: "write its path",
    Group: "write its .path",
    _core.Network: "write its .name",
    _core.Change: "write its .new",
    _core.Batch: "write its .values",
    _core.RowReader: "give it to net.ingest(...)",
    CoroutineType: "await it, and write what it gives",
}
_builtin: dict[type, Codec] = moments.CODECS | numbers.CODECS | standard.CODECS
_by_name: dict[str, Codec] = {
    codec.name: codec
    for codec in (*_builtin.values(), enums.CODEC, records.DATACLASS, records.NAMED_TUPLE, pydantic_models.CODEC)
}
_reserved = {*_by_name, "tuple", "frozenset", "bytearray"}
_registered: WeakKeyDictionary[type, Codec] = WeakKeyDictionary()
_owner: dict[str, str] = {}  # the class of each registered name
# What was found for a type; objects of most types are asked about again and again.
_found: WeakKeyDictionary[type, Codec | None] = WeakKeyDictionary()
_ARRAY = Codec("ndarray", numpy_values.encode_array, numpy_values.decode_any)
_FAMILIES: tuple[tuple[Callable[[type], bool], Codec], ...] = (
    (enums.is_enum, enums.CODEC),
    (numpy_values.is_array, _ARRAY),
    (pydantic_models.is_model, pydantic_models.CODEC),
    (records.is_record, records.DATACLASS),
    (records.is_named_tuple, records.NAMED_TUPLE),
)


def encode(value: object) -> tuple[str, Any] | tuple[str, tuple[int, ...], bytes] | None:
    """Return the name of a value's codec and what that wrote; of an array type, shape and bytes; else nothing."""
    cls = type(value)
    try:
        codec = _found[cls]
    except (KeyError, TypeError):  # a metaclass may forbid to hash its classes
        codec = _codec_of(value, cls)
    if codec is None:
        return None
    try:
        if codec is _ARRAY:
            return numpy_values.encode_array(value)
        return codec.name, codec.encode(value)
    except NotEncodableError:
        return None
    except (BasslineError, RecursionError):
        raise
    except Exception as error:
        raise ValueTypeError(f"the codec '{codec.name}' cannot write this {cls.__qualname__}: {error}") from error


def _codec_of(value: object, cls: type) -> Codec | None:
    for mistake, hint in _MISTAKES.items():
        if isinstance(value, mistake):
            raise ValueTypeError(f"a contact does not hold {cls.__name__}; {hint}")
    codec = _look_up(cls)
    with suppress(TypeError):
        _found[cls] = codec
    return codec


def _look_up(cls: type) -> Codec | None:
    codec = _registered.get(cls) or _builtin.get(cls)
    families = (codec for is_of, codec in _FAMILIES if is_of(cls))
    return codec or next(families, None) or numpy_values.scalar_codec(cls)


def decode(name: str, payload: Any) -> Any:
    """Return the object of a codec's name and payload.

    Raises:
        DecodeError: there is no such codec, or what the payload names is not there.
    """
    codec = _by_name.get(name)
    if codec is not None:
        return codec.decode(payload)
    if name.startswith("numpy."):
        return numpy_values.decode_scalar(name, payload)
    raise DecodeError(f"no codec '{name}' is registered; bassline.register_codec does it")


@overload
def register_codec(
    cls: Class, /, *, name: str, encode: Callable[[Any], Any], decode: Callable[[Any], Any]
) -> Class: ...


@overload
def register_codec(
    cls: None = None, /, *, name: str, encode: Callable[[Any], Any], decode: Callable[[Any], Any]
) -> Callable[[Class], Class]: ...


def register_codec(
    cls: type | None = None, /, *, name: str, encode: Callable[[Any], Any], decode: Callable[[Any], Any]
) -> Any:
    """Have contacts hold objects of a class as values: copied, compared and stored by what `encode` makes of them.

    `encode` takes an object and returns a payload of anything that contacts hold; `decode` takes that and returns an
    equal object. `name` stands in stores for the class: keep it when the class is renamed. It is for objects of exactly
    this class, and comes before the codec of dataclasses or models. Without a class it is a decorator. Returns the
    class.

    Raises:
        ConflictError: another class has that name, or the class has a codec of Bassline's own.
        ValueTypeError: the class is held as it is, or is no class.

    >>> class Money:
    ...     def __init__(self, amount, currency):
    ...         self.amount, self.currency = amount, currency
    >>> _ = bl.register_codec(
    ...     Money,
    ...     name="bank.money",
    ...     encode=lambda money: [money.amount, money.currency],
    ...     decode=lambda payload: Money(*payload),
    ... )
    >>> price = bl.Network().contact("price", Money(9.5, "EUR"))
    >>> price.value.amount, price.value.currency, price
    (9.5, 'EUR', <Contact 'price' = bank.money([9.5, 'EUR'])>)
    """
    if cls is None:
        return lambda decorated: register_codec(decorated, name=name, encode=encode, decode=decode)
    if not isinstance(cls, type):
        raise ValueTypeError(f"a codec is registered for a class; found {found(cls)}")
    if not isinstance(name, str):
        raise ValueTypeError(f"a codec's name is a string, such as 'shop.money'; found {found(name)}")
    for what, function in (("encode", encode), ("decode", decode)):
        if not callable(function):
            raise ValueTypeError(f"{what}= is a function; found {found(function)}")
    if cls in _OWN or cls in _MISTAKES:
        raise ValueTypeError(f"contacts hold {cls.__name__} as it is, or not at all; register a class of your own")
    if cls in _builtin:
        raise ConflictError(f"{cls.__name__} has the codec '{_builtin[cls].name}'")
    if not name or name in _reserved or name.startswith("numpy."):
        raise ConflictError(f"the name {found(name)} is one of Bassline's own; take one such as 'shop.money'")
    owner = f"{cls.__module__}:{cls.__qualname__}"
    if _owner.get(name, owner) != owner:
        raise ConflictError(f"the codec '{name}' is registered for {_owner[name]}; choose another name for {owner}")
    _owner[name] = owner
    _by_name[name] = _registered[cls] = Codec(name, encode, decode)
    _found.pop(cls, None)
    return cls
