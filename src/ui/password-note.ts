/** For whoever gives a password where others can read it. */
export const PASSWORD_NOTE =
  "Note: a password on the command line can be seen by others on this machine; --password-file, --ask-password and SLOTCTL_PASSWORD cannot.";

/** What is said of a file of passwords that is open to others. */
export function openFileNote(path: string, mode: number): string {
  return `Note: ${path} can be read by others on this machine (mode ${mode.toString(8).padStart(3, "0")}); chmod 600 keeps it to you.`;
}
