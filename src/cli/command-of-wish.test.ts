import { expect, test } from "vitest";
import { commandOfWish } from "./command-of-wish.ts";

test.each([
  {
    command: "reshard",
    wish: {
      args: { seed: "10.0.0.1:6379" },
      flags: {
        to: "07c3",
        from: ["all"],
        "slot-ranges": "0-9,20",
        mover: "auto",
        parallel: 16,
        survey: false,
      },
    },
    line: "slotctl reshard 10.0.0.1:6379 --to 07c3 --from all --slot-ranges 0-9,20",
  },
  {
    command: "rebalance",
    wish: {
      args: { seed: "[::1]:7000" },
      flags: { weight: ["a=2", "b=3"], "use-empty": true, mover: "classic", parallel: 4 },
    },
    line: "slotctl rebalance '[::1]:7000' --weight a=2 --weight b=3 --use-empty --mover classic --parallel 4",
  },
  {
    command: "add-node",
    wish: { args: { new_and_seed: ["10.0.0.4:6379", "10.0.0.1:6379"] }, flags: {} },
    line: "slotctl add-node 10.0.0.4:6379 10.0.0.1:6379",
  },
  {
    command: "plan",
    wish: { args: { file: "it's my file.yaml", seed: undefined }, flags: { "allow-fewer-replicas": false } },
    line: String.raw`slotctl plan 'it'\''s my file.yaml'`,
  },
])("$line", ({ command, wish, line }) => {
  expect(commandOfWish(command, wish)).toBe(line);
});
