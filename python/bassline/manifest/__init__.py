"""Manifests: a network written down as YAML or JSON.

`load` reads one and checks what can be checked without a network; `load_into` declares it in a network as one tick.
Both refuse with `ManifestError`, which says file, line and column, what was expected, what was found, and what to do.
"""

from bassline.manifest.content import Manifest, load
from bassline.manifest.declare import load_into
from bassline.manifest.document import Source

__all__ = ["Manifest", "Source", "load", "load_into"]
