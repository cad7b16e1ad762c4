/** The words of a command that say what it is; never its values, which may be secret. */
export function commandName(command: readonly unknown[] | undefined): string {
  const [first = "", second] = command ?? [];
  const name = String(first);
  if (!["CLUSTER", "CONFIG", "FUNCTION", "MEMORY", "CLIENT"].includes(name)) return name;
  const third = second === "SETSLOT" ? ` ${String(command?.[2])} ${String(command?.[3])}` : "";
  return `${name} ${String(second)}${third}`;
}
