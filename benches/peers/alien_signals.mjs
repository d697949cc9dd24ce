// alien-signals: a computed per gadget, an effect per gadget that nobody reads.

import { computed, effect, endBatch, signal, startBatch } from "alien-signals";
import { serve, sinks } from "./shape.mjs";

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

await serve((shape) => {
  const cells = [];
  for (const [word, a, b] of shape.cells) {
    if (word === "constant") cells.push(a);
    else if (word === "source") cells.push(signal(a));
    else cells.push(node(word, cells[a], cells[b]));
    if (word !== "constant") cells.at(-1)(); // in order, so that nothing recurses
  }
  const moving = shape.cells.length - 1;
  let stop;
  for (const at of sinks(shape)) {
    const cell = cells[at];
    stop = effect(() => { cell(); });
  }
  return {
    write: (source, value) => cells[source](value),
    batch(work) {
      startBatch();
      work();
      endBatch();
    },
    move(reads) {
      stop();
      const cell = (cells[moving] = node(shape.cells[moving][0], cells[reads], cells[shape.cells[moving][2]]));
      stop = effect(() => { cell(); });
    },
    column: () => cells.map((cell) => (typeof cell === "number" ? cell : cell())),
  };
});
