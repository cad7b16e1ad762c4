import { replicasOf } from "../cluster/topology.ts";
import { Bug } from "../errors.ts";
import type { ClusterDraft } from "./cluster-draft.ts";
import type { PlacedShard } from "./placement-score.ts";
import type { PlacementSearch } from "./placement-search.ts";
import type { FoundPlacement } from "./search-placement.ts";

/** Writes the steps to a placement into a draft. */
export class PlacementDraft {
  readonly #draft: ClusterDraft;
  readonly #found: FoundPlacement;
  readonly #isFit: PlacementSearch["isFit"];
  readonly #leads: string[];

  constructor(
    draft: ClusterDraft,
    {
      before,
      found,
      isFit,
    }: {
      readonly before: readonly PlacedShard[];
      readonly found: FoundPlacement;
      readonly isFit: PlacementSearch["isFit"];
    },
  ) {
    this.#draft = draft;
    this.#found = found;
    this.#isFit = isFit;
    this.#leads = before.map(({ primaryId }) => primaryId);
  }

  /** Who is the primary of each shard by now. */
  get leads(): readonly string[] {
    return this.#leads;
  }

  /** Takeovers that need nothing else first; everybody is waited for at once. */
  takeOverAll(): void {
    const taken = this.#found.shards.flatMap(({ primaryId }, index) => this.#takeOver(index, primaryId));
    for (const index of taken) {
      const among = new Set(this.#found.shards[index]?.memberIds);
      this.#draft.awaitFollowers(this.#leads[index] ?? "", among);
    }
  }

  /** One after the other; a primary hands its shard over before it goes. */
  changeShards(): void {
    for (const { nodeId, fromIndex, toIndex } of this.#found.moves) {
      if (fromIndex !== undefined && this.#leads[fromIndex] === nodeId) {
        const heir = replicasOf(this.#draft.topology, nodeId).find(({ id }) => this.#isFit(id));
        if (!heir) throw new Bug(`nobody is there to take over from ${nodeId}, which was to change shards`);
        this.#takeOver(fromIndex, heir.id);
      }
      this.#draft.follow(nodeId, this.#leads[toIndex] ?? "");
    }
  }

  #takeOver(index: number, heirId: string): number[] {
    const leadId = this.#leads[index];
    if (leadId === heirId || this.#draft.node(heirId).primaryId !== leadId) return [];
    this.#draft.takeOver(heirId);
    this.#leads[index] = heirId;
    return [index];
  }
}
