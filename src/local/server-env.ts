import type { Env } from "./env.ts";

const PASSED_ON = ["PATH", "HOME", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/**
 * The environment of a server: what it may need to run, and nothing else. It outlives the command, and its
 * environment can be read for as long; slotctl's own holds passwords.
 */
export function serverEnv(env: Env): Record<string, string> {
  const kept = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}
