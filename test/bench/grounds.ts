import type { TestServer } from "../servers/test-server.ts";
import type { Sample } from "./sample.ts";
import { formGround } from "./move/form-ground.ts";
import type { Ground } from "./move/ground.ts";
import type { Scenario } from "./move/scenario.ts";

/** What rows of one server share: the cluster that the last of them used, and what its rivals have come to. */
export class Grounds implements AsyncDisposable {
  readonly server: TestServer;
  readonly #roundTripMs: number;
  #ground: Ground | undefined;
  readonly #rivals = new Map<string, Sample>();

  constructor(server: TestServer, { roundTripMs }: { roundTripMs: number }) {
    this.server = server;
    this.#roundTripMs = roundTripMs;
  }

  /** The cluster of the row before if it is of the same scenario; otherwise that one ends and another is made. */
  async at(scenario: Scenario): Promise<Ground> {
    if (this.#ground?.scenario === scenario) return this.#ground;
    await this.clear();
    this.#ground = await formGround(scenario, { server: this.server, roundTripMs: this.#roundTripMs });
    return this.#ground;
  }

  /** What a rival came to, run only once for all rows that name it alike. */
  async rival(name: string, run: () => Promise<Sample>): Promise<Sample> {
    const sample = this.#rivals.get(name) ?? (await run());
    this.#rivals.set(name, sample);
    return sample;
  }

  /** Ends the cluster that there is; a row that needs one makes another. */
  async clear(): Promise<void> {
    const ground = this.#ground;
    this.#ground = undefined;
    await ground?.[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.clear();
  }
}
