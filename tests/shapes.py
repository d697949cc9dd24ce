"""Classes of a user, to be held by contacts; stores name them by their path."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 7


class Mode(enum.StrEnum):
    ON = "on"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


@dataclass(frozen=True)
class Point:
    x: float
    y: float = 0.0
    tags: tuple[str, ...] = ()


@dataclass
class Line:
    points: list[Point] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slotted:
    at: object
    seen: frozenset[int] = frozenset()


class Pair(NamedTuple):
    left: object
    right: object


class Item(BaseModel):
    name: str
    price: Decimal


class Order(BaseModel):
    model_config = ConfigDict(extra="allow")

    number: int = Field(alias="orderNumber")
    day: date
    items: list[Item] = []
    size: tuple[int, int] = (0, 0)


class Money:
    """A class without a codec, until one is registered."""

    def __init__(self, amount: object, currency: str) -> None:
        self.amount, self.currency = amount, currency

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and (self.amount, self.currency) == (other.amount, other.currency)

    __hash__ = None
