// Preact signals: a computed per gadget, an effect per gadget that nobody reads.

import { batch, computed, effect, signal } from "@preact/signals-core";
import { serve, sinks } from "./shape.mjs";

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

await serve((shape) => {
  const cells = [];
  for (const [word, a, b] of shape.cells) {
    if (word === "constant") cells.push(a);
    else if (word === "source") cells.push(signal(a));
    else cells.push(node(word, cells[a], cells[b]));
    if (word !== "constant") cells.at(-1).value; // in order, so that nothing recurses
  }
  const moving = shape.cells.length - 1;
  let stop;
  for (const at of sinks(shape)) {
    const cell = cells[at];
    stop = effect(() => { cell.value; });
  }
  return {
    write(source, value) { cells[source].value = value; },
    batch,
    move(reads) {
      stop();
      const cell = (cells[moving] = node(shape.cells[moving][0], cells[reads], cells[shape.cells[moving][2]]));
      stop = effect(() => { cell.value; });
    },
    column: () => cells.map((cell) => (typeof cell === "number" ? cell : cell.value)),
  };
});
