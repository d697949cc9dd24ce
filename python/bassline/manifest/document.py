"""The text of a manifest: what it says, and at which line and column it says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bassline._found import found
from bassline.errors import ManifestError
from bassline.manifest import json_text
from bassline.manifest.nearby import nearby
from bassline.manifest.node import find

if TYPE_CHECKING:
    from bassline.manifest.node import Node

Source = str | Path | Mapping[str, Any]
"""A path, the text itself (a string with a line break, or one that opens with a brace), or what a text would say."""


@dataclass(frozen=True, slots=True)
class Document:
    """A manifest as plain values, which still knows where in its text each of them stood."""

    value: Any
    name: str | None = None
    tree: Node | None = field(default=None, repr=False)
    folder: Path | None = None

    def error(self, place: str, message: str) -> ManifestError:
        """Return the error for a place such as `build.gadgets[2].inputs.a`; it is the caller's to raise."""
        if self.tree is None:
            return ManifestError(f"{place}: {message}" if place else f"the manifest: {message}")
        node = find(self.tree, place)
        return ManifestError(f"{self.name}:{node.line}:{node.column}: {place}{': ' if place else ''}{message}")


def read(source: Source) -> Document:
    """Read a manifest from a path, a text or a mapping."""
    if isinstance(source, Mapping):
        return Document(dict(source))
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith("{")):
        return _parse(source, "manifest", "", None)
    path = Path(source)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{path}: expected UTF-8 text, found the byte 0x{error.object[error.start]:02x} at {error.start}"
        raise ManifestError(f"{message}; save the manifest as UTF-8") from error
    except FileNotFoundError as error:
        raise ManifestError(f"there is no manifest {found(str(path))}{nearby(path)}") from error
    except OSError as error:
        raise ManifestError(f"cannot read the manifest {found(str(path))}: {error.strerror}") from error
    except ValueError as error:  # a NUL, or a lone surrogate
        raise ManifestError(f"no file can have the name {found(str(path))}; give a path, or the text itself") from error
    return _parse(text, str(path), path.suffix.lower(), path.resolve().parent)


def _parse(text: str, name: str, suffix: str, folder: Path | None) -> Document:
    try:
        value, tree = _by_suffix(text, name, suffix)
    except RecursionError as error:
        raise ManifestError(f"{name}: nested too deeply to be a manifest; flatten it") from error
    return Document(value, name, tree, folder)


def _by_suffix(text: str, name: str, suffix: str) -> tuple[Any, Node]:
    if suffix in {".yaml", ".yml"} or not (suffix == ".json" or text.lstrip().startswith("{")):
        return _yaml(text, name)
    try:
        return json_text.parse(text, name)
    except ManifestError as as_json:
        if suffix == ".json":
            raise
        try:  # a YAML text may open with a brace too
            return _yaml(text, name)
        except ManifestError:
            raise as_json from None


def _yaml(text: str, name: str) -> tuple[Any, Node]:
    try:
        from bassline.manifest import yaml_text  # noqa: PLC0415  (PyYAML is an extra; JSON manifests do without)
    except ModuleNotFoundError as error:
        way_out = "pip install 'bassline[cli]'; a manifest in JSON needs nothing"
        raise ManifestError(f"{name}: reading YAML needs PyYAML: {way_out}") from error
    return yaml_text.parse(text, name)
