// Preact signals: a computed per gadget, an effect per gadget that nobody reads.

import { batch, computed, effect, signal } from "@preact/signals-core";
import { serve, signals } from "./shape.mjs";

function node(op, a, b) {
  let last = 0;
  if (typeof b === "number") {
    switch (op) {
      case "add": return computed(() => a.value + b);
      case "subtract": return computed(() => a.value - b);
      case "multiply": return computed(() => a.value * b);
      case "greater": return computed(() => (a.value > b ? 1 : 0));
    }
  }
  if (typeof a === "number") {
    switch (op) {
      case "greater": return computed(() => (a > b.value ? 1 : 0));
    }
  }
  switch (op) {
    case "add": return computed(() => a.value + b.value);
    case "subtract": return computed(() => a.value - b.value);
    case "multiply": return computed(() => a.value * b.value);
    case "greater": return computed(() => (a.value > b.value ? 1 : 0));
    case "gate": return computed(() => (b.value ? (last = a.value) : last));
  }
  throw new Error(`no such operation: ${op}`);
}

const read = (cell) => cell.value;
const watch = (cell) => effect(() => { cell.value; });

await serve((shape) => {
  const { cells, move, column } = signals(shape, { source: signal, node, read, watch });
  return {
    write(source, value) { cells[source].value = value; },
    batch,
    move,
    column,
  };
});
