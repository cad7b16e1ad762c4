import type { Address } from "../../src/cluster/address.ts";
import type { SlotMigration } from "../../src/cluster/slot-migration.ts";
import { SimKeys } from "./sim-cluster-keys.ts";
import { SlotTable } from "./sim-cluster-slot-table.ts";

/** What a node knows of another one. */
export interface SimPeer {
  readonly id: string;
  readonly address: Address;
  primaryId: string | undefined;
  configEpoch: number;
  /** When it was last heard; a node that is not heard for the node timeout counts as failed. */
  heardMs: number;
  hasFailed: boolean;
}

/** What a node knows of an atomic migration; gone with its process. */
export type SimMigration = { -readonly [Key in keyof SlotMigration]: SlotMigration[Key] } & {
  /** Closes the connection over which it goes; the other node notices. */
  hangUp?: () => void;
};

export interface SimHandshake {
  readonly address: Address;
  /** Made up, until the other one has told its own. */
  readonly id: string;
  readonly sinceMs: number;
}

/** A node's state, all of it; the rules by which it changes are in the files beside. */
export class SimNode {
  readonly id: string;
  readonly address: Address;
  power: "up" | "paused" | "dead" = "up";
  /** The cluster bus does not get through. */
  isBusCut = false;
  /** No memory left for keys of others. */
  isFull = false;
  /** It works on a MIGRATE and answers nobody else until then. */
  busyUntilMs = 0;
  /** What was sent while it was paused: it does it when it goes on, although nobody waits for it any more. */
  backlog: (() => void)[] = [];

  /** It will tell everybody what it just did. */
  isAboutToTell = false;

  currentEpoch = 0;
  configEpoch = 0;
  primaryId: string | undefined;
  linkUpFromMs = 0;
  /** A node learns its own address from whoever meets it. */
  knowsOwnAddress = false;
  state: "ok" | "fail" = "fail";
  /** Since when all slots have an owner that has not failed. */
  coveredSinceMs: number | undefined;
  readonly peers = new Map<string, SimPeer>();
  readonly handshakes = new Map<string, SimHandshake>();
  /** Forgotten nodes, and until when gossip cannot bring them back. */
  readonly blacklist = new Map<string, number>();
  readonly slots = new SlotTable();
  readonly importing = new Map<number, string>();
  readonly migrating = new Map<number, string>();
  /** Its own; a replica mirrors those of its primary and has none of its own. */
  readonly keys = new SimKeys();
  readonly config = new Map<string, string>();
  functions: Buffer | undefined;
  isValkey = false;
  /** Atomic migrations, newest first; gone when it crashes. */
  migrations: SimMigration[] = [];
  /** Why the next ones that come in will fail, at the moment when they would be complete. */
  readonly migrationFaults: string[] = [];
  sentBytes = 0;
  receivedBytes = 0;

  constructor({ id, address }: { id: string; address: Address }) {
    this.id = id;
    this.address = address;
  }

  get busPort(): number {
    return this.address.port + 10_000;
  }

  get isPrimary(): boolean {
    return this.primaryId === undefined;
  }

  get isDead(): boolean {
    return this.power === "dead";
  }

  get isPaused(): boolean {
    return this.power === "paused";
  }

  get ownSlotCount(): number {
    return this.slots.countOf(this.id);
  }

  /** The epoch with which `id` owns its slots, as far as this node knows. */
  epochOf(id: string): number {
    return id === this.id ? this.configEpoch : (this.peers.get(id)?.configEpoch ?? 0);
  }

  closeAllSlots(): void {
    this.importing.clear();
    this.migrating.clear();
  }

  forgetPeer(id: string): void {
    this.peers.delete(id);
    this.slots.clearOf(id);
    for (const marks of [this.importing, this.migrating]) {
      for (const [slot, peerId] of marks) if (peerId === id) marks.delete(slot);
    }
  }
}
