import { formatAddress } from "../cluster/address.ts";
import type { NodeView } from "../cluster/node-view.ts";
import { isServerFrom } from "../cluster/server-version.ts";
import { lineAbout, nodeById, reachedNodes, type Topology } from "../cluster/topology.ts";
import { DeadlinePassed } from "../errors.ts";
import type { StepOf } from "../plan/step.ts";
import type { ApplyContext } from "./apply-context.ts";
import { awaitConditions } from "./await-conditions.ts";
import { followsAnother } from "./follows-another.ts";
import { LeftBehind } from "./left-behind.ts";
import type { JudgedStage } from "./stage.ts";
import { lookAtStepNode } from "./look-at-step-node.ts";
import { pollUntil } from "./poll-until.ts";
import { spreadNews } from "./spread-news.ts";

type FailoverStep = StepOf<"failover">;

/** A failover that did not come about is given up by the server after 5 s at most: then it is asked again. */
const ASK_AGAIN_MS = 6000;

/** News takes a moment to arrive; telling it again sooner would only make more of it. */
const TELL_EVERY_MS = 500;

/** Makes replicas primaries, one after the other, and waits until every node that answers says so. */
export async function failOver(
  context: ApplyContext,
  { steps, members, conditionsOf, onEnd }: JudgedStage<"failover">,
): Promise<void> {
  for (const step of steps) {
    await lookAtStepNode(context, step.replica);
    // What it was when the plan was made, or when the takeover before was begun, it may not be any more.
    await awaitConditions(context, [step], { addresses: members, conditionsOf });
    let askedMs = -Infinity;
    let isPrimary = false;
    let toldMs = -Infinity;
    let early: WhyEarly | undefined;
    const leftBehind = new LeftBehind(step);
    await pollUntil(context, {
      what: "promotion",
      missing: async () => {
        const topology = await context.lookAt(members);
        const view = nodeById(topology, step.replica.id)?.view;
        isPrimary = view?.self.role === "primary";
        if (view) refuseOtherShard(view, step);
        const isDue = context.clock.nowMs() - askedMs >= ASK_AGAIN_MS;
        early = view && !isPrimary && step.mode === "graceful" ? whyEarly(view, topology, step) : undefined;
        if (early && early.why !== "no-ping" && context.clock.nowMs() - toldMs >= TELL_EVERY_MS) {
          toldMs = context.clock.nowMs();
          await spreadNews(context, topology);
        }
        if (view && !isPrimary && isDue && !early) {
          askedMs = context.clock.nowMs();
          await ask(context, step);
        }
        const behind = await leftBehind.among(context, topology);
        return [...whoDisagrees(topology, step), ...behind.map(({ address }) => formatAddress(address))];
      },
      late: (missing, waitedMs) =>
        early && askedMs === -Infinity
          ? notAsked(step, { early, waitedMs })
          : notPromoted(step, { missing, waitedMs, isPrimary }),
    });
    onEnd(step);
  }
}

/** Why a replica is not asked yet, and the nodes that have to hear of something first. */
interface WhyEarly {
  readonly why: "no-ping" | "misses-slots" | "was-primary";
  readonly nodes: readonly string[];
}

function whyEarly(view: NodeView, topology: Topology, step: FailoverStep): WhyEarly | undefined {
  const heir = formatAddress(view.address);
  if (waitsForPing(view)) return { why: "no-ping", nodes: [heir] };
  if (missesSlots(topology, step)) return { why: "misses-slots", nodes: [heir] };
  const nodes = whoSeesPrimary(topology, step);
  return nodes.length > 0 ? { why: "was-primary", nodes } : undefined;
}

/**
 * Before 6.2 a primary that has never sent anything takes its offset of 0 for not known yet, and the handover
 * times out for ever (redis/redis#8651). The ping that it sends to its replicas every 10 s ends that, but not
 * while a handover is under way: it must not be asked before.
 */
function waitsForPing(view: NodeView): boolean {
  const isOld = view.engine === "redis" && !isServerFrom(view, { engine: "redis", from: [6, 2] });
  return isOld && view.replication.offset === 0;
}

/**
 * A replica takes over the slots that it knows its primary by. Right after slots have moved it may not have heard of
 * all: then the old primary would keep the rest, and the shard be two.
 */
function missesSlots(topology: Topology, { replica, primaryId }: FailoverStep): boolean {
  const heir = nodeById(topology, replica.id)?.view;
  const owned = nodeById(topology, primaryId)?.view?.self.slots;
  const known = heir && lineAbout(heir, primaryId)?.slots;
  return owned !== undefined && known !== undefined && owned.toString() !== known.toString();
}

/**
 * Who still takes the replica for the primary that it was before its slots moved away. With the epoch that it gets now
 * they would take these slots from their new owner again, who would delete their keys.
 */
function whoSeesPrimary(topology: Topology, { replica }: FailoverStep): string[] {
  return reachedNodes(topology).flatMap(({ id, view }) => {
    const line = view && id !== replica.id ? lineAbout(view, replica.id) : undefined;
    return view && line && (line.role === "primary" || line.slots.size > 0)
      ? [formatAddress(view.address)]
      : [];
  });
}

/** Whoever follows somebody else by now, as since a failover or CLUSTER REPLICATE of others, would take that one's slots. */
function refuseOtherShard({ self }: NodeView, step: FailoverStep): void {
  if (self.role === "primary" || self.primaryId === step.primaryId) return;
  throw followsAnother(step, self.primaryId);
}

/** A replica that was promoted since the last look refuses, and all is well. */
async function ask(context: ApplyContext, { replica, mode }: FailoverStep): Promise<void> {
  try {
    await context.clients.at(replica.address).failover(mode);
  } catch (error) {
    const { self } = await lookAtStepNode(context, replica);
    if (self.role !== "primary") throw error;
  }
}

/** Everyone who does not yet see the replica as the primary, and the old primary without slots. */
function whoDisagrees(topology: Topology, { replica, primaryId }: FailoverStep): string[] {
  return reachedNodes(topology).flatMap(({ view }) => {
    if (!view) return [];
    const isPromoted = lineAbout(view, replica.id)?.role === "primary";
    const old = lineAbout(view, primaryId);
    const isReplaced = old?.role !== "primary" || old.slots.size === 0;
    return isPromoted && isReplaced ? [] : [formatAddress(view.address)];
  });
}

function notPromoted(
  { replica, mode }: FailoverStep,
  { missing, waitedMs, isPrimary }: { missing: readonly string[]; waitedMs: number; isPrimary: boolean },
): DeadlinePassed {
  const node = formatAddress(replica.address);
  const seconds = Math.round(waitedMs / 1000);
  return isPrimary
    ? new DeadlinePassed(
        `${node} is primary, but after ${seconds} s these nodes do not say so: ${missing.join(", ")}.`,
        {
          code: "no-agreement",
          node,
          hint: "slotctl check shows who says what; --wait waits longer.",
        },
      )
    : new DeadlinePassed(`${node} did not become primary within ${seconds} s; the shard is as it was.`, {
        code: "no-promotion",
        node,
        hint:
          mode === "graceful"
            ? "Its log says why. When its primary is dead, use --force; when most primaries are, --takeover."
            : "Its log says why. A failover needs the votes of most primaries; --takeover does without them.",
      });
}

function notAsked(
  { replica }: FailoverStep,
  { early: { why, nodes }, waitedMs }: { early: WhyEarly; waitedMs: number },
): DeadlinePassed {
  const heir = formatAddress(replica.address);
  const whatFor = {
    "no-ping": "its primary has not sent it anything yet",
    "misses-slots": "it does not know all slots of its primary yet",
    "was-primary": `${nodes.slice(0, 3).join(", ")} still ${nodes.length > 1 ? "take" : "takes"} it for the primary that it was before`,
  }[why];
  const seconds = Math.round(waitedMs / 1000);
  return new DeadlinePassed(
    `${heir} was not asked to become primary within ${seconds} s: ${whatFor}. The shard is as it was.`,
    {
      code: "no-agreement",
      node: nodes[0],
      hint:
        why === "no-ping"
          ? "A primary pings its replicas every 10 s: --wait waits longer."
          : `slotctl check shows who says what; the bus port of ${nodes[0] ?? heir} may be out of reach. --wait waits longer.`,
    },
  );
}
