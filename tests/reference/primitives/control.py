"""`control.*`"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..values import Nothing, Value, kind
from .primitive import Ports, Primitive, Result, expected, pure, small_list, truth, whole

LONGEST_DELAY = 1_000


def selected(value: Value) -> int:
    if isinstance(value, bool) or (kind(value) == "int" and value in (0, 1)):
        return int(value)
    raise expected("a bool, 0 or 1", value)


def _choosing(name: str, ports: str, choose: Callable[[Ports], str]) -> Primitive:
    """Passes one of its optional inputs; that one it needs."""
    declared = pure(name, ports, "result", lambda *_: None)

    def chosen(inputs: Ports) -> str | None:
        try:
            return choose(inputs)
        except TypeError:
            return None  # it runs, and says so

    def run(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
        return {"result": inputs[choose(inputs)]}, state

    return Primitive(name, declared.inputs, declared.outputs, run, optional=declared.optional, chosen=chosen)


def _demux(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    return {f"out{selected(inputs['selector'])}": inputs["value"]}, state


def _latch(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    held = Nothing if state is None else state[0]
    if truth(inputs["enable"]):
        held = inputs.get("value", held)
    return {"output": held}, [held]


def _delay(state: Any, inputs: Ports, config: Mapping[str, Any]) -> Result:
    delay = whole(inputs.get("delay", 1))
    if not 0 <= delay <= LONGEST_DELAY:
        raise ValueError(f"a delay from 0 to {LONGEST_DELAY} was expected, {delay} was found")
    came = [*(state or []), inputs["value"]]
    output = came[-1 - delay] if len(came) > delay else Nothing
    return {"output": output}, small_list(came[len(came) - delay :] if len(came) > delay else came)


CONTROL = (
    pure("control.gate", "value condition", "output", lambda value, open_: value if truth(open_) else Nothing),
    _choosing("control.switch", "condition true? false?", lambda ports: str(truth(ports["condition"])).lower()),
    _choosing("control.mux", "in0? in1? selector", lambda ports: f"in{selected(ports['selector'])}"),
    Primitive("control.demux", ("value", "selector"), ("out0", "out1"), _demux),
    Primitive("control.latch", ("value", "enable"), ("output",), _latch, optional=frozenset({"value"})),
    Primitive("control.delay", ("value", "delay"), ("output",), _delay, optional=frozenset({"delay"})),
)
