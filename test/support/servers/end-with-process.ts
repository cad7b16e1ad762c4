import { rmSync } from "node:fs";

/** A directory of ours, and what to end before it is removed. */
interface Guarded {
  readonly dir: string;
  endNow?(): void;
}

const guarded = new Set<Guarded>();
let isWatching = false;

/**
 * Ends and removes it if this process ends before it is let go.
 *
 * A process is what Vitest runs test files in by default; its worker threads end without telling anyone.
 */
export function endWithProcess(owned: Guarded): void {
  guarded.add(owned);
  if (isWatching) return;
  isWatching = true;
  process.once("exit", endAll);
  // A signal ends a process without "exit"; ours must not leave servers behind then either.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      endAll();
      process.kill(process.pid, signal);
    });
  }
}

export function letGo(owned: Guarded): void {
  guarded.delete(owned);
}

function endAll(): void {
  for (const owned of guarded) {
    owned.endNow?.();
    rmSync(owned.dir, { recursive: true, force: true });
  }
  guarded.clear();
}
