"""A new wire carries the content that is there: an external write."""

from __future__ import annotations

from .model import ANSWER, State, Wire
from .values import Nothing
from .writes import Write, write


def connect(state: State, wire: Wire, index: int, policy: str) -> None:
    source, target, back = state.contacts[wire.start], state.contacts[wire.end], 1
    if source.content is Nothing:
        if wire.kind == "directed" or target.content is Nothing:
            return
        source, target, back = target, source, 0
    directed = wire.kind == "directed"
    counts = target.blend in ("stream", "counter")
    if counts and source.differs() and (directed or source.is_stream):
        return  # the wire passes on what happened in this tick when the network settles; not twice
    writer = wire.number if directed else source.writer
    over = 0 if directed else wire.number  # as an event it came over the wire, and does not go back
    outcome = write(target, Write(source.content, (0, index), writer, (index, 0, over, 0)), policy)
    if wire.kind == "bidirectional" and outcome.answer:
        wire.forced[back] = ANSWER
