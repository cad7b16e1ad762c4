import type { StepKind } from "../plan/step.ts";
import { countOf } from "./format-number.ts";
import type { Paint, Theme } from "./theme.ts";

interface StepWords {
  readonly heading: string;
  /** Said of a number of such steps while they are carried out. */
  readonly doing: (count: number) => string;
  /** Said once they are. Not of what the command's last line tells in full. */
  readonly done: ((count: number) => string) | undefined;
  readonly sign: "+" | "-" | "~" | ">" | "!";
}

const nodes = (count: number) => countOf(count, "node");

/** What each kind of step is called, wherever it is spoken of. */
export const stepWords: Readonly<Record<StepKind, StepWords>> = {
  meet: {
    heading: "Introduce nodes",
    doing: (count) => `Introducing ${nodes(count)}`,
    done: (count) => `Introduced ${nodes(count)}`,
    sign: "+",
  },
  "assign-slots": {
    heading: "Assign slots",
    doing: (count) => `Assigning slots to ${nodes(count)}`,
    done: (count) => `Assigned slots to ${nodes(count)}`,
    sign: "+",
  },
  "set-epoch": {
    heading: "Set config epochs",
    doing: (count) => `Setting the config epoch of ${nodes(count)}`,
    done: (count) => `Set the config epoch of ${nodes(count)}`,
    sign: "~",
  },
  replicate: {
    heading: "Attach replicas",
    doing: (count) => `Attaching ${countOf(count, "replica")}`,
    done: (count) => `Attached ${countOf(count, "replica")}`,
    sign: "+",
  },
  "move-slots": {
    heading: "Move slots",
    doing: (count) => `Moving slots between ${countOf(count, "pair")} of nodes`,
    done: undefined,
    sign: ">",
  },
  "settle-slot": {
    heading: "Settle open slots",
    doing: (count) => `Settling the open slots of ${countOf(count, "owner")}`,
    done: (count) => `Settled the open slots of ${countOf(count, "owner")}`,
    sign: "~",
  },
  "claim-slots": {
    heading: "Give slots to their owners",
    doing: (count) => `Giving slots to ${countOf(count, "owner")}`,
    done: (count) => `Gave slots to ${countOf(count, "owner")}`,
    sign: "!",
  },
  "gather-keys": {
    heading: "Gather keys",
    doing: (count) => `Gathering keys between ${countOf(count, "pair")} of nodes`,
    done: (count) => `Gathered keys between ${countOf(count, "pair")} of nodes`,
    sign: ">",
  },
  failover: {
    heading: "Fail over",
    doing: (count) => `Failing over to ${countOf(count, "replica")}`,
    done: (count) => `Failed over to ${countOf(count, "replica")}`,
    sign: "!",
  },
  forget: {
    heading: "Forget nodes",
    doing: (count) => `Forgetting ${nodes(count)}`,
    done: (count) => `Forgot ${nodes(count)}`,
    sign: "-",
  },
  reset: {
    heading: "Reset nodes",
    doing: (count) => `Resetting ${nodes(count)}`,
    done: (count) => `Reset ${nodes(count)}`,
    sign: "-",
  },
  "await-ok": {
    heading: "Open for writes",
    doing: (count) => `Waiting for ${nodes(count)} to take writes`,
    done: (count) => `${nodes(count)} ${count === 1 ? "takes" : "take"} writes`,
    sign: "~",
  },
  "renew-id": {
    heading: "Renew ids",
    doing: (count) => `Giving new ids to ${nodes(count)}`,
    done: (count) => `Gave new ids to ${nodes(count)}`,
    sign: "-",
  },
  "load-functions": {
    heading: "Copy functions",
    doing: (count) => `Copying functions to ${nodes(count)}`,
    done: (count) => `Copied functions to ${nodes(count)}`,
    sign: "+",
  },
  "set-config": {
    heading: "Change settings",
    doing: (count) => `Changing a setting of ${nodes(count)}`,
    done: (count) => `Changed a setting of ${nodes(count)}`,
    sign: "~",
  },
};

/** The sign before a step in the colour of what it does. */
export function paintedSign(kind: StepKind, theme: Theme): string {
  const { sign } = stepWords[kind];
  const paints: Record<StepWords["sign"], Paint> = {
    "+": theme.added,
    "-": theme.removed,
    "~": theme.changed,
    ">": theme.moved,
    "!": theme.warning,
  };
  return paints[sign](sign);
}
