import { availableParallelism, cpus, loadavg } from "node:os";

/** Where numbers come from, since alone they mean nothing; the load is that of before, by others. */
export function machineLine({ roundTripMs }: { roundTripMs: number }): string {
  const cores = availableParallelism();
  const [cpu] = cpus();
  const machine = `${cores} ${cores === 1 ? "core" : "cores"}${cpu ? ` (${cpu.model.trim()})` : ""}`;
  const load = `load ${(loadavg()[0] ?? 0).toFixed(1)}`;
  return `${machine}, ${load}, ${process.platform} ${process.arch}, Node ${process.versions.node}, all on loopback; far away is a round trip of ${roundTripMs} ms`;
}
