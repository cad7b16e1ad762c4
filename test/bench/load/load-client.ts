import { setPriority } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import keySlot from "cluster-key-slot";
import { LatencyLog } from "./latency-log.ts";
import type { LoadPlan, LoadReports, TimeWindow } from "./load-plan.ts";
import { LoadRouter } from "./load-router.ts";

/**
 * A client that reads and writes at a steady pace, whatever the answers take: what is due is sent. Its
 * parent tells it the plan, and at the end which windows of time it wants to hear of.
 */
const valueBytes = 100;
const tickMs = 1;
/** A timer of Node's is this much late at most while the machine has time; that is the client's, not the server's. */
const timerSlackMs = 1.2;
const lastAnswersMs = 10_000;

process.once("message", (plan: LoadPlan) => void run(plan));
process.once("disconnect", () => process.exit(0));

async function run(plan: LoadPlan): Promise<void> {
  comeFirst();
  const log = new LatencyLog(plan.operationsPerSecond);
  const commands = plan.names.map(commandsOf);
  const router = new LoadRouter(plan.nodes, ({ index, fromMs }, atMs) => {
    if (index >= 0) log.took(index, atMs - fromMs);
  });
  for (const { slot, set } of commands)
    router.send({ index: -1, fromMs: 0, slot, command: set, redirections: 0 });
  router.flush();
  await until(() => router.pending === 0);

  log.begin(performance.now());
  let next = 0;
  const ticking = setInterval(() => {
    const nowMs = performance.now();
    for (; log.dueMs(next) <= nowMs; next++) {
      const chosen = commands[(next >> 1) % commands.length];
      if (!chosen) continue;
      log.sent(next);
      router.send({
        index: next,
        fromMs: Math.min(nowMs, log.dueMs(next) + timerSlackMs),
        slot: chosen.slot,
        command: next % 2 === 0 ? chosen.get : chosen.set,
        redirections: 0,
      });
    }
    router.flush();
  }, tickMs);
  process.once("message", (windows: readonly TimeWindow[]) => {
    clearInterval(ticking);
    void finish(windows, { log, router });
  });
  process.send?.("ready");
}

async function finish(
  windows: readonly TimeWindow[],
  { log, router }: { log: LatencyLog; router: LoadRouter },
): Promise<void> {
  await until(() => router.pending === 0);
  router.close();
  const reports = windows.map(({ fromMs, untilMs }) =>
    log.report({ fromMs: fromMs - performance.timeOrigin, untilMs: untilMs - performance.timeOrigin }),
  );
  const failures =
    router.pending === 0 ? router.failures : [...router.failures, `${router.pending} were not answered`];
  process.send?.({ reports, failures } satisfies LoadReports);
}

/** It stands for clients on other machines, which need not wait until this one has a core for them. */
function comeFirst(): void {
  try {
    setPriority(-20);
  } catch (error) {
    // Only root may. Then the figure before the move says what of the others is the machine's.
    if (!["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

function commandsOf(name: string): { slot: number; get: string; set: string } {
  const value = `${name} `.padEnd(valueBytes, name);
  return { slot: keySlot(name), get: request("GET", name), set: request("SET", name, value) };
}

/** Names and values are ASCII. */
function request(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

async function until(holds: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + lastAnswersMs;
  while (!holds() && performance.now() < deadlineMs) await delay(5);
}
