import { expect, test } from "vitest";
import { wishOf } from "./wish-of.ts";

test("a wish is what was asked for, without how nodes are connected to and without credentials", () => {
  const args = {
    seed: "redis://ann:open-sesame@10.0.0.1:6379",
    node: ["rediss://:p%40ss@10.0.0.2:6379", "07c3"],
  };
  const flags = {
    threshold: "2",
    weight: ["07c3=2"],
    user: "ann",
    password: "open-sesame",
    "password-file": "/run/secret",
    timeout: "5",
    json: true,
    yes: true,
    out: "plan.json",
    wait: "60",
  };
  expect(wishOf({ args, flags })).toEqual({
    args: { seed: "redis://10.0.0.1:6379", node: ["rediss://10.0.0.2:6379", "07c3"] },
    flags: { threshold: "2", weight: ["07c3=2"] },
  });
});
