"""Codecs: how values of types that are not the engine's own are written down, and made again.

A codec has a name, and turns an object into a payload of values the engine has, and back. The engine keeps name and
payload, compares them, orders some, and stores them; it knows nothing of the type.
"""

from bassline.codecs.numpy_values import decode_array
from bassline.codecs.registry import decode, encode, register_codec

__all__ = ["decode", "decode_array", "encode", "register_codec"]
