import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * Holds what comes in at one port for a while before it goes out to another, each way, as a longer line would.
 * It limits no bandwidth. Its parent says for how long and from where to where, and is answered once that holds.
 */
export type ForwarderOrder = { readonly routes: readonly Route[] } | { readonly holdMs: number };

export interface Route {
  readonly from: number;
  readonly to: number;
}

/** How long it sleeps at a time: a timer of Node's is only good to a millisecond, this to a tenth. */
const napMs = 0.05;

interface Held {
  readonly dueMs: number;
  readonly deliver: () => void;
}

const bed = new Int32Array(new SharedArrayBuffer(4));
/** Everything is held for the same time, so the first in is the first out. */
let held: Held[] = [];
let isAwake = false;
let holdMs = 0;

process.on("message", (order: ForwarderOrder) => void follow(order));
process.once("disconnect", () => process.exit(0));

async function follow(order: ForwarderOrder): Promise<void> {
  if ("holdMs" in order) ({ holdMs } = order);
  else await listen(order.routes);
  process.send?.("done");
}

async function listen(routes: readonly Route[]): Promise<void> {
  for (const { from, to } of routes) {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const far = connect({ port: to, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
      pass(near, far);
      pass(far, near);
    });
    server.listen(from, "127.0.0.1");
    await once(server, "listening");
  }
}

function pass(from: Socket, to: Socket): void {
  from.on("data", (chunk) => hold(() => to.write(chunk)));
  from.on("end", () => hold(() => to.end()));
  // Whoever is cut off on one side is cut off on the other.
  from.on("error", () => to.destroy());
  from.on("close", (hadError) => hadError && to.destroy());
}

function hold(deliver: () => void): void {
  held.push({ dueMs: performance.now() + holdMs, deliver });
  if (isAwake) return;
  isAwake = true;
  setImmediate(turn);
}

/** Delivers what is due and naps, over and over while something is held; sockets are read between turns. */
function turn(): void {
  const nowMs = performance.now();
  let delivered = 0;
  for (const { dueMs, deliver } of held) {
    if (dueMs > nowMs) break;
    deliver();
    delivered += 1;
  }
  held = held.slice(delivered);
  if (held.length === 0) {
    isAwake = false;
    return;
  }
  Atomics.wait(bed, 0, 0, napMs);
  setImmediate(turn);
}
