"""Both worlds have the same primitives, with the same ports."""

from __future__ import annotations

import bassline as bl
from tests.reference.primitives import PRIMITIVES


def test_engine_and_reference_have_the_same_primitives_with_the_same_ports():
    engine = {
        primitive["name"]: (
            {port.name: port.required for port in primitive["inputs"]},
            [port.name for port in primitive["outputs"]],
            [setting.name for setting in primitive["settings"]],
        )
        for primitive in bl.primitives()
    }
    reference = {
        name: (
            {port: port not in primitive.optional for port in primitive.inputs},
            list(primitive.outputs),
            list(primitive.config),
        )
        for name, primitive in PRIMITIVES.items()
    }
    assert engine == reference


def test_the_catalogue_has_the_20_of_data_and_they_are_pure():
    data = bl.primitives("data.*")
    assert len(data) == 20
    assert {primitive["purity"] for primitive in data} == {"pure"}


def test_the_catalogue_has_the_42_of_the_core():
    sizes = {space: len(bl.primitives(f"{space}.*")) for space in ("math", "string", "logic", "control", "array")}
    assert sizes == {"math": 9, "string": 8, "logic": 10, "control": 6, "array": 9}
