/** For stderr, when the result could not be written to a file that is stdout. */
export function lostResultLines(reason: string): string[] {
  return [
    `The result could not be written to stdout: ${reason}.`,
    "What was done in the cluster is done, and nothing was undone: slotctl check shows how it is now.",
  ];
}
