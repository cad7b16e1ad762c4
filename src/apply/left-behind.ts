import type { NodeView } from "../cluster/node-view.ts";
import { lineAbout, reachedNodes, type Topology } from "../cluster/topology.ts";
import { NodeFailed } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";
import { eachNode } from "../wire/each-node.ts";
import type { ApplyContext } from "./apply-context.ts";

type FailoverStep = StepOf<"failover">;

/** Mostly they come over as soon as they hear of the new primary. */
const COME_OVER_MS = 1000;

/**
 * Siblings that still follow the old primary and know that it is a replica. One that hears of that before it hears of the
 * new primary finds the slots without an owner then, and stays where it is (Redis before 7.0, and in the simulation):
 * it would follow a replica for good.
 */
export class LeftBehind {
  readonly #step: FailoverStep;
  #sinceMs: number | undefined;

  constructor(step: FailoverStep) {
    this.#step = step;
  }

  /** Who they are; those that stay for long are told whom to follow. */
  async among(context: ApplyContext, topology: Topology): Promise<NodeView[]> {
    const { replica, primaryId } = this.#step;
    const views = reachedNodes(topology).flatMap(({ view }) => (view ? [view] : []));
    const isPromoted = views.some(({ self }) => self.id === replica.id && self.role === "primary");
    const behind = views.filter(
      (view) =>
        view.self.id !== replica.id &&
        view.self.primaryId === primaryId &&
        lineAbout(view, primaryId)?.role === "replica",
    );
    if (!isPromoted || behind.length === 0) {
      this.#sinceMs = undefined;
      return [];
    }
    const nowMs = context.clock.nowMs();
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs >= COME_OVER_MS) {
      this.#sinceMs = nowMs;
      await eachNode(behind, async (view) => await tell(context, view, replica.id));
    }
    return behind;
  }
}

/** A user who may ask for a failover need not be one who may give a node another primary. */
async function tell({ clients }: ApplyContext, { address }: NodeView, primaryId: string): Promise<void> {
  try {
    await clients.at(address).replicate(primaryId);
  } catch (error) {
    if (!(error instanceof NodeFailed) || error.code !== "denied") throw error;
  }
}
