import fc from "fast-check";
import { expect, test } from "vitest";
import type { AskedKey, Found, ImportTarget } from "../wire/import-target.ts";
import { lookInPieces } from "./look-in-pieces.ts";
import { LookingRoom } from "./looking-room.ts";

const ROOM = 64 * 1024;

test("no more is held at once than there is room for, or one value", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 2 * ROOM }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(sizes, { minLength: 1, maxLength: 4 }), async (groups) => {
      const room = new LookingRoom(ROOM);
      let held = 0;
      let most = 0;
      const dealt: string[] = [];
      const lookAt = async (bytes: readonly number[], group: number): Promise<void> => {
        const items = bytes.map((size, index) => ({ size, name: `${group}:${index}` }));
        const byKey = new Map(items.map(({ size, name }) => [name, size]));
        const target: Partial<ImportTarget> = {
          look: async (asked: readonly AskedKey[]): Promise<Found[]> => {
            const found = asked.map(({ key, bytesMax }): Found => {
              const size = byKey.get(String(key)) ?? 0;
              return size > bytesMax ? { tooLargeBytes: size } : { dump: Buffer.alloc(size), endsAtMs: -1 };
            });
            const sum = found.reduce(
              (all, one) => all + (typeof one === "object" && "dump" in one ? one.dump.length : 0),
              0,
            );
            held += sum;
            most = Math.max(most, held);
            await Promise.resolve();
            held -= sum;
            return found;
          },
        };
        await lookInPieces(items, {
          target: target as ImportTarget,
          room,
          keyOf: ({ name }) => Buffer.from(name),
          deal: ({ name }) => {
            dealt.push(name);
            return Promise.resolve();
          },
        });
      };
      await Promise.all(groups.map(lookAt));
      expect(dealt).toHaveLength(groups.flat().length);
      expect(new Set(dealt).size).toBe(dealt.length);
      expect(most).toBeLessThanOrEqual(Math.max(ROOM, ...groups.flat()));
    }),
    { numRuns: 100 },
  );
});

test("a node is asked for few keys at a time where their values are large, and for many where they are small", async () => {
  const room = new LookingRoom(16 * 1024 * 1024);
  const pieces: number[] = [];
  const lookAt = async (bytes: number): Promise<void> => {
    const target: Partial<ImportTarget> = {
      look: (asked) => {
        pieces.push(asked.length);
        return Promise.resolve(
          asked.map(({ bytesMax }): Found => {
            return bytes > bytesMax ? { tooLargeBytes: bytes } : { dump: Buffer.alloc(bytes), endsAtMs: -1 };
          }),
        );
      },
    };
    await lookInPieces(
      Array.from({ length: 600 }, () => Buffer.from("key")),
      {
        target: target as ImportTarget,
        room,
        keyOf: (key) => key,
        deal: () => Promise.resolve(),
      },
    );
  };
  await lookAt(100);
  expect(pieces).toEqual([16, 64, 256, 264]);
  pieces.length = 0;
  await lookAt(10_000);
  expect(pieces.slice(1).filter((keys) => keys > 104)).toEqual([]);
});
