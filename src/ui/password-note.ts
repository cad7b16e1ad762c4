/** For whoever gives a password where others can read it. */
export const PASSWORD_NOTE =
  "Note: a password on the command line can be seen by others on this machine; --password-file, --ask-password and SLOTCTL_PASSWORD cannot.";
