"""Codecs of numbers that are neither int nor float: `Decimal`, `Fraction`, `complex`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from bassline.codecs.codec import Codec

CODECS: dict[type, Codec] = {
    Decimal: Codec("decimal", str, Decimal),
    Fraction: Codec("fraction", lambda value: f"{value.numerator}/{value.denominator}", Fraction),
    complex: Codec("complex", lambda value: [value.real, value.imag], lambda parts: complex(*parts)),
}
