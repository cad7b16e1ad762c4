import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { LOCAL_HOST } from "./local-cluster.ts";

export interface PingWait {
  readonly port: number;
  readonly deadlineMs: number;
  readonly hasEnded: () => boolean;
  readonly signal: AbortSignal;
}

/** `silent`: its process runs, and the deadline has passed. */
export type PingOutcome = "answers" | "ended" | "silent";

const POLL_MS = 15;
const ANSWER_TIMEOUT_MS = 1000;

/** Returns as soon as the node answers or its process ends; rejects only when the signal says so. */
export async function waitForPing({ port, deadlineMs, hasEnded, signal }: PingWait): Promise<PingOutcome> {
  const endsAt = performance.now() + deadlineMs;
  for (;;) {
    if (hasEnded()) return "ended";
    const leftMs = endsAt - performance.now();
    if (leftMs <= 0) return "silent";
    if (await answersPing({ port, timeoutMs: Math.min(ANSWER_TIMEOUT_MS, leftMs), signal })) return "answers";
    await sleep(POLL_MS, undefined, { signal });
  }
}

export interface PingAttempt {
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Whether something that speaks the protocol is there. One that asks for a password first is up as well. */
export function answersPing({ port, timeoutMs, signal }: PingAttempt): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: LOCAL_HOST, port, ...(signal && { signal }) });
  let answer = "";
  const deadline = setTimeout(() => socket.destroy(), timeoutMs);
  socket.setEncoding("utf8");
  socket.on("connect", () => socket.write("PING\r\n"));
  socket.on("data", (text: string) => {
    answer += text;
    if (answer.includes("\r\n")) socket.destroy();
  });
  // A refused or given up connection says no more than the close that follows it: not yet.
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(deadline);
    resolve(/^(\+PONG|-NOAUTH .*)\r\n/.test(answer));
  });
  return promise;
}
