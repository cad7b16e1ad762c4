import fc from "fast-check";
import { expect, test } from "vitest";
import { idOf } from "../../test/support/a-cluster.ts";
import { listNames, nodeName, shortId } from "./node-name.ts";

test("a node is called by its address, or by the start of its id", () => {
  const id = idOf("a");
  expect(nodeName({ id, address: { host: "10.0.0.1", port: 6379 } })).toBe("10.0.0.1:6379");
  expect(nodeName({ id, address: undefined })).toBe(shortId(id));
});

const five = ["10.0.0.1:6379", "10.0.0.2:6379", "10.0.0.3:6379", "10.0.0.4:6379", "10.0.0.5:6379"];

test.each([
  { names: [], width: 60, text: "" },
  { names: five.slice(0, 1), width: 60, text: "10.0.0.1:6379" },
  { names: five.slice(0, 2), width: 60, text: "10.0.0.1:6379 and 10.0.0.2:6379" },
  { names: five, width: 60, text: "10.0.0.1:6379, 10.0.0.2:6379, 10.0.0.3:6379 and 2 more" },
  { names: five, width: 5, text: "10.0.0.1:6379 and 4 more" },
])("$names.length names in $width characters", ({ names, width, text }) => {
  expect(listNames(names, width)).toBe(text);
});

test("a list says how many it leaves out, and leaves none out that have room", () => {
  const names = fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 200 }), (all, width) => {
      const text = listNames(all, width);
      const hidden = Number(/ and (\d+) more$/.exec(text)?.[1] ?? 0);
      const shown = all.slice(0, all.length - hidden);
      expect(text.replace(/ and \d+ more$/, "").split(/, | and /)).toEqual(shown);
      expect(text.length <= width || shown.length === 1).toBe(true);
      expect(hidden === 0 || all.join(", ").length + 3 > width).toBe(true);
    }),
  );
});
