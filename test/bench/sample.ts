/** What one run came to, by the name of the measure; a measure may be one side's only. */
export type Sample = Readonly<Record<string, number>>;
