import { reachedNodes, type Topology } from "../cluster/topology.ts";

/** What redis-cli and valkey-cli call the roles. */
export interface Vocabulary {
  readonly server: "Redis" | "Valkey";
  readonly primary: string;
  readonly replica: string;
}

const REDIS: Vocabulary = { server: "Redis", primary: "master", replica: "slave" };
const VALKEY: Vocabulary = { server: "Valkey", primary: "primary", replica: "replica" };

/** The words of the CLI that comes with the servers: what a script looks for. */
export function vocabularyOf(topology: Topology): Vocabulary {
  return reachedNodes(topology)[0]?.view?.engine === "valkey" ? VALKEY : REDIS;
}

export function plural(word: string): string {
  return word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** At the beginning of a sentence. */
export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
