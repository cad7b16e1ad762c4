import type { ReplyError } from "./reply-errors.ts";

/** Who was not allowed to do what. */
export interface Denial {
  readonly user: string;
  /** As `commandName` has it. */
  readonly command: string;
}

/** Whether the node knows us and does not let us run a command, or touch a key. */
export function isNoPermission(error: ReplyError): boolean {
  return error.replyCode === "NOPERM";
}

/** Servers before Redis 7.2 name no user, and Redis 6 no subcommand. */
export function denialReason(said: string, { user, command }: Denial): string {
  return `user ${user} may not run ${command}${isAboutKeys(said) ? " on every key" : ""} (NOPERM)`;
}

export function denialHint(said: string, { user, command }: Denial): string {
  const rule = isAboutKeys(said) ? "~*" : `+${aclNameOf(command)}`;
  return `On that node, ACL SETUSER ${user} ${rule} gives the right; docs/security.md has all that each command of slotctl needs.`;
}

/** Whether it is the key that was denied, and not the command. */
export function isAboutKeys(said: string): boolean {
  return /\bkeys?\b/i.test(said);
}

/** `CLUSTER SETSLOT 7 NODE` is `cluster|setslot` to the ACL. */
function aclNameOf(command: string): string {
  return command.split(" ").slice(0, 2).join("|").toLowerCase();
}

/** The hint for what `denialReason` has said; undefined where it was something else that kept us out. */
export function hintForReason(reason: string): string | undefined {
  const [, user, command, onKeys] =
    /user (\S+) may not run (.+?)( on every key)? \(NOPERM\)$/.exec(reason) ?? [];
  if (user === undefined || command === undefined) return undefined;
  return denialHint(onKeys ?? "", { user, command });
}
