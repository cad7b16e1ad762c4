import type { Command } from "./connection.ts";

/** The words of a command that say what it is; never its values, which may be secret. */
export function commandName(command: Command | undefined): string {
  const [name = "", first] = command ?? [];
  if (!["CLUSTER", "CONFIG", "FUNCTION"].includes(name)) return name;
  const third = first === "SETSLOT" ? ` ${String(command?.[2])} ${String(command?.[3])}` : "";
  return `${name} ${String(first)}${third}`;
}
