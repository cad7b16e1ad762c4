import { expect, test } from "vitest";
import { isServerFrom, type ServerFrom } from "./server-version.ts";

const valkey81: ServerFrom = { engine: "valkey", from: [8, 1] };

test.each([
  { engine: "valkey", version: "8.1.1", is: true },
  { engine: "valkey", version: "8.10.0", is: true },
  { engine: "valkey", version: "9.0.0", is: true },
  { engine: "valkey", version: "8.0.9", is: false },
  { engine: "valkey", version: "7.2.5", is: false },
  { engine: "valkey", version: "unknown", is: false },
  { engine: "redis", version: "8.6.3", is: false },
] as const)("$engine $version is Valkey 8.1 or later: $is", ({ is, ...view }) => {
  expect(isServerFrom(view, valkey81)).toBe(is);
});
