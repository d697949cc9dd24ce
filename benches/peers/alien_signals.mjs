// alien-signals: a computed per gadget, an effect per gadget that nobody reads.

import { computed, effect, endBatch, signal, startBatch } from "alien-signals";
import { serve, signals } from "./shape.mjs";

function node(op, a, b) {
  let last = 0;
  if (typeof b === "number") {
    switch (op) {
      case "add": return computed(() => a() + b);
      case "subtract": return computed(() => a() - b);
      case "multiply": return computed(() => a() * b);
      case "greater": return computed(() => (a() > b ? 1 : 0));
    }
  }
  if (typeof a === "number") {
    switch (op) {
      case "greater": return computed(() => (a > b() ? 1 : 0));
    }
  }
  switch (op) {
    case "add": return computed(() => a() + b());
    case "subtract": return computed(() => a() - b());
    case "multiply": return computed(() => a() * b());
    case "greater": return computed(() => (a() > b() ? 1 : 0));
    case "gate": return computed(() => (b() ? (last = a()) : last));
  }
  throw new Error(`no such operation: ${op}`);
}

const read = (cell) => cell();
const watch = (cell) => effect(() => { cell(); });

await serve((shape) => {
  const { cells, move, column } = signals(shape, { source: signal, node, read, watch });
  return {
    write: (source, value) => cells[source](value),
    batch(work) {
      startBatch();
      work();
      endBatch();
    },
    move,
    column,
  };
});
