import { restOfReshard } from "../cli/rest-of-reshard.ts";
import { formatAddress } from "../cluster/address.ts";
import { nodeById, primariesOf, type Topology } from "../cluster/topology.ts";
import { planReshard, type ReshardWish } from "../plan/plan-reshard.ts";
import { askReshard } from "./ask-reshard.ts";
import { carryOutTold } from "./carry-out-told.ts";
import { movedLines, plannedMoveLines } from "./move-lines.ts";
import { listedNode, nodeLines } from "./node-lines.ts";
import { openCluster, type Session, seedName, settingsOf } from "./session.ts";
import type { Teller } from "./teller.ts";
import { tellCheck } from "./tell-check.ts";

/** reshard h:p [--cluster-from ID,…|all] [--cluster-to ID] [--cluster-slots N]: what is not given is asked. */
export async function reshard(session: Session): Promise<boolean> {
  const { invocation, teller } = session;
  using cluster = await openCluster(session);
  const topology = await cluster.observe({ moving: true });
  tellCheck(topology, { teller, first: seedName(cluster) });
  const wish = await askReshard(session, topology);
  const { mover } = settingsOf(invocation);
  const plan = planReshard({ topology, wish: withinReach(wish, topology), mover });
  const asked = {
    seed: formatAddress(cluster.seed),
    to: wish.toId,
    from: wish.fromIds === "all" ? ["all"] : wish.fromIds,
  };
  await carryOutTold(plan, {
    session,
    cluster,
    restAfter: (after) => restOfReshard(plan, { after, ...asked }),
    words: {
      showPlan: () => {
        tellWish(wish, { topology, teller });
        teller.line("  Resharding plan:");
        teller.lines(plannedMoveLines(plan));
      },
      question: "Do you want to proceed with the proposed reshard plan (yes/no)? ",
      isSure: invocation.flags.has("yes"),
      onEnd: { "move-slots": (step) => teller.lines(movedLines(step)) },
    },
  });
  return true;
}

interface CountedWish extends ReshardWish {
  readonly slots: number;
}

/** More than the sources have is all that they have: so a node is emptied without anyone counting its slots. */
function withinReach(wish: CountedWish, topology: Topology): ReshardWish {
  const sources = primariesOf(topology).filter(({ id }) =>
    wish.fromIds === "all" ? id !== wish.toId : wish.fromIds.includes(id),
  );
  const held = sources.reduce((sum, { slots }) => sum + slots.size, 0);
  return { ...wish, slots: held === 0 ? wish.slots : Math.min(wish.slots, held) };
}

function tellWish(
  { slots, fromIds, toId }: CountedWish,
  { topology, teller }: { topology: Topology; teller: Teller },
): void {
  const blockOf = (id: string) => {
    const node = nodeById(topology, id);
    return node ? nodeLines(listedNode(node, topology)).map((line) => `    ${line}`) : [];
  };
  const sources =
    fromIds === "all" ? primariesOf(topology).flatMap(({ id }) => (id === toId ? [] : [id])) : fromIds;
  teller.lines(["", `Ready to move ${slots} slots.`, "  Source nodes:", ...sources.flatMap(blockOf)]);
  teller.lines(["  Destination node:", ...blockOf(toId)]);
}
