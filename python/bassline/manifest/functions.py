"""Python functions that a manifest names as `module:function`, found beside the manifest before anywhere else."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from bassline.manifest.content import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bassline.manifest.content import Manifest
    from bassline.manifest.document import Source


@contextmanager
def importable(source: Source | Manifest) -> Iterator[Manifest]:
    """Let modules beside the manifest be imported inside the block, and have those it names imported already.

    A network that is opened inside the block finds the functions its stored gadgets name.
    """
    manifest = load(source)
    folder = manifest.document.folder
    if folder is None:
        import_functions(manifest)
        yield manifest
        return
    sys.path.insert(0, str(folder))
    try:
        import_functions(manifest)
        yield manifest
    finally:
        sys.path.remove(str(folder))


def import_functions(manifest: Manifest) -> None:
    """Import what the manifest names, so that a router that builds a group later finds it too."""
    for function, place in manifest.structure.functions.items():
        module, _, path = function.partition(":")
        _not_another(manifest, module, place)
        try:
            found: object = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise manifest.document.error(place, f"importing '{module}' failed: {error}") from error
            where = f"put {module}.py beside the manifest, or install it"
            raise manifest.document.error(place, f"there is no module '{module}'; {where}") from error
        except Exception as error:  # whatever the module's code does when imported
            message = f"importing '{module}' failed: {type(error).__name__}: {error}; correct the module"
            raise manifest.document.error(place, message) from error
        for name in path.split("."):
            near = get_close_matches(name, dir(found), 1)
            found = getattr(found, name, None)
            if found is None:
                hint = f"did you mean '{module}:{near[0]}'?" if near else f"define it in {module}.py"
                raise manifest.document.error(place, f"the module '{module}' has no '{path}'; {hint}")
        if not callable(found):
            raise manifest.document.error(place, f"expected a function, found a {type(found).__name__}: {function}")


def _not_another(manifest: Manifest, module: str, place: str) -> None:
    """Refuse to take a function from a module of the same name that came from elsewhere."""
    folder, loaded = manifest.document.folder, sys.modules.get(module)
    if folder is None or loaded is None:
        return
    beside, file = folder / f"{module}.py", getattr(loaded, "__file__", None)
    if beside.exists() and file is not None and Path(file).resolve() != beside.resolve():
        message = f"the module '{module}' beside the manifest is hidden by one already loaded from {file}; rename it"
        raise manifest.document.error(place, message)
