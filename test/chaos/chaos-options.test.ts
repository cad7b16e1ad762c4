import { expect, test } from "vitest";
import type { TestServer } from "../servers/test-server.ts";
import { chaosOptions, chosenServer, timesFor } from "./chaos-options.ts";

test.each([
  { args: [], movers: 3, kills: 4, times: undefined },
  { args: ["--mover", "classic", "--kill", "cli"], movers: 1, kills: 1, times: undefined },
  { args: ["--mover", "all", "--kill", "source", "--times", "7"], movers: 3, kills: 1, times: 7 },
  { args: ["--seed", "42"], movers: 3, kills: 4, times: 1 },
  { args: ["--seed", "42", "--times", "5"], movers: 3, kills: 4, times: 5 },
])("$args", ({ args, movers, kills, times }) => {
  const options = chaosOptions(args);
  expect([options.movers.length, options.kills.length, options.times]).toEqual([movers, kills, times]);
});

test.each([
  {
    args: ["--mover", "quick"],
    says: "--mover quick: there are classic, redis-atomic, valkey-atomic and all",
  },
  { args: ["--kill", "cat"], says: "--kill cat: there are cli, sigint, source, target and all" },
  { args: ["--times", "0"], says: "--times 0: nothing would be tried" },
  { args: ["--times", "many"], says: "--times many: not a whole number" },
  { args: ["--seed", "1.5"], says: "--seed 1.5: not a whole number" },
])("$args is refused", ({ args, says }) => {
  expect(() => chaosOptions(args)).toThrow(says);
});

test("a hundred kills of slotctl for each mover, ten in CI", () => {
  expect([timesFor("cli", { isCi: false }), timesFor("cli", { isCi: true })]).toEqual([100, 10]);
});

test("a server that is not here names those that are", () => {
  const servers = [
    { engine: "redis", version: "7.0.15", serverPath: "", cliPath: "" },
  ] satisfies TestServer[];
  expect(chosenServer(servers, "redis 7.0").version).toBe("7.0.15");
  expect(() => chosenServer(servers, "redis 8.6")).toThrow("here are redis 7.0;");
});
