// A shape as the Rust bench writes it, and a contender in JavaScript that runs it: told by a line what to do, it answers with one.

import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

// `cells`: ["constant", value], ["source", one, other] or [operation, a, b]; `turns`: which sources each tick writes, in turn;
// `moves`: before each tick the last cell is taken away, and a new one put in its place that reads this.
function parse(file) {
  const shape = { cells: [], turns: [], moves: [] };
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const [word, ...rest] = line.split(" ");
    const numbers = rest.map(Number);
    if (word === "turn") shape.turns.push(numbers);
    else if (word === "move") shape.moves.push(numbers[0]);
    else shape.cells.push([word, ...numbers]);
  }
  return shape;
}

// The cells that nobody reads.
function sinks(shape) {
  const read = new Uint8Array(shape.cells.length);
  for (const [word, a, b] of shape.cells) {
    if (word !== "constant" && word !== "source") read[a] = read[b] = 1;
  }
  return shape.cells.flatMap(([word], at) => (read[at] || word === "constant" ? [] : [at]));
}

// A graph of signals, of what a library calls them: `source(value)` and `node(op, a, b)` make a cell, `read(cell)` answers its
// value, `watch(cell)` keeps it computed, and answers how that ends.
export function signals(shape, { source, node, read, watch }) {
  const cells = [];
  for (const [word, a, b] of shape.cells) {
    if (word === "constant") cells.push(a);
    else if (word === "source") cells.push(source(a));
    else cells.push(node(word, cells[a], cells[b]));
    if (word !== "constant") read(cells.at(-1)); // in order, so that nothing recurses
  }
  const moving = shape.cells.length - 1;
  let stop;
  for (const at of sinks(shape)) stop = watch(cells[at]);
  return {
    cells,
    move(reads) {
      stop();
      const cell = (cells[moving] = node(shape.cells[moving][0], cells[reads], cells[shape.cells[moving][2]]));
      stop = watch(cell);
    },
    column: () => cells.map((cell) => (typeof cell === "number" ? cell : read(cell))),
  };
}

// `build` makes of a shape: `write(source, value)`, `batch(work)`, `move(cell)`, and `column()`, every cell as a number.
export async function serve(build) {
  let shape, graph, at;

  function tick(count) {
    const { cells, turns, moves } = shape;
    for (const end = at + count; at < end; at++) {
      if (moves.length) graph.move(moves[at % moves.length]);
      const turn = turns[at % turns.length];
      const which = Math.floor(at / turns.length) % 2 === 0 ? 2 : 1;
      if (turn.length === 1) graph.write(turn[0], cells[turn[0]][which]);
      else graph.batch(() => { for (const source of turn) graph.write(source, cells[source][which]); });
    }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    const [word, ...rest] = line.split(" ");
    let answer = `cannot do: ${line}`;
    if (word === "open") {
      shape = graph = undefined;
      shape = parse(rest[1]);
      graph = build(shape);
      at = 0;
      tick(2 * shape.turns.length);
      answer = "open";
    } else if (word === "can") {
      answer = "true";
    } else if (word === "run") {
      const started = process.hrtime.bigint();
      tick(Number(rest[1]));
      answer = String(Number(process.hrtime.bigint() - started) / 1e9);
    } else if (word === "values") {
      const period = 2 * shape.turns.length;
      tick((period + Number(rest[1]) - (at % period)) % period);
      writeFileSync(rest[2], Float64Array.from(graph.column()));
      answer = "written";
    }
    process.stdout.write(`${answer}\n`);
  }
}
