interface Arity {
  readonly min: number;
  readonly max: number;
}

const AND_MORE = Number.POSITIVE_INFINITY;

/** Every subcommand, and how many arguments it takes. */
export const ARITIES = {
  create: { min: 1, max: AND_MORE },
  check: { min: 1, max: AND_MORE },
  info: { min: 1, max: AND_MORE },
  fix: { min: 1, max: AND_MORE },
  reshard: { min: 1, max: AND_MORE },
  rebalance: { min: 1, max: AND_MORE },
  "add-node": { min: 2, max: 2 },
  "del-node": { min: 2, max: 2 },
  call: { min: 2, max: AND_MORE },
  "set-timeout": { min: 2, max: 2 },
  import: { min: 1, max: 1 },
  backup: { min: 2, max: 2 },
  help: { min: 0, max: AND_MORE },
} as const satisfies Record<string, Arity>;

export type SubcommandName = keyof typeof ARITIES;

export function isSubcommand(name: string): name is SubcommandName {
  return Object.hasOwn(ARITIES, name);
}

export function takesSoMany(name: SubcommandName, count: number): boolean {
  const { min, max }: Arity = ARITIES[name];
  return count >= min && count <= max;
}
