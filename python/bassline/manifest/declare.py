"""Declaring a manifest in a network: everything in one tick, or nothing and an error with line and column."""

from __future__ import annotations

import re
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bassline import _core
from bassline.errors import BasslineError
from bassline.manifest.content import DIRECTIONS, Manifest
from bassline.manifest.functions import importable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bassline import Network
    from bassline.manifest.document import Source

PLACE = re.compile(r"build((?:\.\w+|\[\d+\])*): ")


def load_into(net: Network, source: Source | Manifest) -> Manifest:
    """Declare a manifest in a network, as one tick; what exists already stays as it is, contents included.

    >>> net = bl.Network()
    >>> load_into(net, "{name: pricing, build: {contacts: [{id: price, value: 9.5}]}}").name
    'pricing'
    >>> net["price"]
    9.5

    Raises:
        ManifestError: with file, line and column; the network is as it was.
    """
    from bassline import Network  # noqa: PLC0415  (which knows us too: Network.from_manifest)

    with importable(source) as manifest:
        for place, template in manifest.structure.templates:
            # On its own, in a network that is thrown away: a router would find its mistakes only at the first record.
            with _places(manifest, place), Network() as scratch:
                scratch.build(template)
        with _places(manifest, "build"), net.batch():
            net.build(manifest.build)
            _check_paths(net, manifest)
            seeds = {path: value for path, value in manifest.seeds.items() if net.contacts[path].version == 0}
            net.update(_core.read_tags(seeds))
    return manifest


@contextmanager
def _places(manifest: Manifest, section: str) -> Iterator[None]:
    """Give an error of the engine, which begins with a place inside a section, its line and column."""
    try:
        yield
    except BasslineError as error:
        found = PLACE.match(str(error))
        if found is None:
            raise
        raise manifest.document.error(section + found[1], str(error)[found.end() :]) from error


def _check_paths(net: Network, manifest: Manifest) -> None:
    """Check that what the interface and the seeds name is there."""
    named = [
        (f"interface.{direction}[{index}]", path)
        for direction in DIRECTIONS
        for index, path in enumerate(manifest.interface[direction])
    ]
    named += [(f"seeds.{path}", path) for path in manifest.seeds]
    for place, path in named:
        if path not in net.contacts:
            near = get_close_matches(path, list(net.contacts), 1)
            hint = f"did you mean '{near[0]}'?" if near else "add it to build.contacts"
            raise manifest.document.error(place, f"there is no contact '{path}'; {hint}")
