/**
 * Whether a JSON document is asked for. Known before the flags are parsed, for a wrong flag is to be told in
 * JSON as well; `--json=1` is one, and was meant.
 */
export function wantsJson(argv: readonly string[]): boolean {
  return isGiven({ flag: "--json", variable: "SLOTCTL_JSON", argv });
}

export function wantsColour(argv: readonly string[]): boolean {
  return !isGiven({ flag: "--no-color", variable: "SLOTCTL_NO_COLOR", argv });
}

function isGiven({ flag, variable, argv }: { flag: string; variable: string; argv: readonly string[] }) {
  const end = argv.indexOf("--");
  const ours = end === -1 ? argv : argv.slice(0, end);
  const fromEnv = process.env[variable];
  return (
    ours.some((word) => word === flag || word.startsWith(`${flag}=`)) ||
    (fromEnv !== undefined && !["", "0", "false"].includes(fromEnv))
  );
}
