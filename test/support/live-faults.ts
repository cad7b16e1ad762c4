import { setTimeout as delay } from "node:timers/promises";
import { ask, askAll, fieldOf, idOf, linesOf } from "./live-node.ts";
import { keyIn } from "./live-slots.ts";
import { eventually } from "./live-wait.ts";
import type { RunningNode } from "./servers/start-nodes.ts";

/** Cuts a replica off: it comes with a name and a password that its primary does not know. */
export async function breakLink({
  primary,
  replica,
}: {
  primary: RunningNode;
  replica: RunningNode;
}): Promise<void> {
  await ask(replica, "CONFIG", "SET", "masteruser", "nobody");
  await ask(replica, "CONFIG", "SET", "masterauth", "wrong");
  await ask(primary, "CLIENT", "KILL", "TYPE", "replica");
  await eventually(
    () => fieldOf(replica, ["INFO", "replication"], "master_link_status"),
    (status) => status === "down",
  );
}

/** Makes a slot migrate from its owner to another node, with a key at the owner. */
export async function openSlot({
  slot,
  from,
  to,
}: {
  slot: number;
  from: RunningNode;
  to: RunningNode;
}): Promise<void> {
  await ask(from, "SET", keyIn(slot), "x");
  await ask(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", await idOf(from));
  await ask(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", await idOf(to));
}

/** Leaves a key of a slot at a node that does not own it. */
export async function strayKey({
  slot,
  at,
  owner,
}: {
  slot: number;
  at: RunningNode;
  owner: RunningNode;
}): Promise<void> {
  await ask(at, "CLUSTER", "SETSLOT", slot, "IMPORTING", await idOf(owner));
  await askAll(at, [["ASKING"], ["SET", keyIn(slot), "stray"]]);
  await ask(at, "CLUSTER", "SETSLOT", slot, "STABLE");
}

/** Gives a node another id at the same address; the old one stays behind with the others. */
export async function leaveGhost({
  node,
  witness,
}: {
  node: RunningNode;
  witness: RunningNode;
}): Promise<string> {
  const id = await idOf(node);
  await ask(node, "CLUSTER", "RESET", "HARD");
  await eventually(
    () => linesOf(witness),
    (lines) => lines.some((line) => line.id === id && (line.flags.includes("noaddr") || !line.linkUp)),
  );
  return id;
}

/** Tells a node the same thing again and again, because the others talk it out of it; ends when disposed of. */
export function insist(node: RunningNode, ...words: readonly (string | number)[]): AsyncDisposable {
  const over = new AbortController();
  const insisting = (async () => {
    while (!over.signal.aborted) {
      await ask(node, ...words);
      await delay(10);
    }
  })();
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await insisting;
    },
  };
}
