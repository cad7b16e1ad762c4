import { expect, test } from "vitest";
import { FakeClock } from "../../test/support/fake-clock.ts";
import { FakeImportSource, FakeImportTargets } from "../../test/support/fake-import.ts";
import { LookingRoom } from "./looking-room.ts";
import { SeenKeys } from "./seen-keys.ts";
import { withdrawKey } from "./withdraw-key.ts";
import { Room } from "../wire/room.ts";

const calm = { random: () => 0.5, lossShare: 0 };

/** Nobody owns a slot. */
class NoTargets extends FakeImportTargets {
  override ownerOf(): string | undefined {
    return undefined;
  }
}

test("a key that cannot be taken back is named, and nobody is told that it was deleted where it was changed", async () => {
  const context = {
    source: new FakeImportSource(new Map(), calm),
    targets: new NoTargets(new Map(), calm),
    isMove: true,
    rule: "stop" as const,
    verify: false,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    waitMs: 5000,
    rate: undefined,
    reading: new Room(1000),
    looking: new LookingRoom(1000),
    seen: new SeenKeys(),
    count: () => undefined,
    onWait: () => undefined,
  };
  const value = { key: Buffer.from("cart:7"), dump: Buffer.from("outdated"), endsAtMs: -1 };
  await expect(withdrawKey(value, context)).rejects.toMatchObject({
    name: "DeadlinePassed",
    code: "import-stuck",
    message: expect.stringMatching(/changed or deleted "cart:7" at the source .* within 5 s/) as string,
  });
});
