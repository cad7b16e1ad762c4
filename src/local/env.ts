/** Environment variables, handed in by the command. */
export type Env = Readonly<Record<string, string | undefined>>;
