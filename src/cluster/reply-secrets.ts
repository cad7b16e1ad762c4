import { isSecretSetting, secretsOfCommand } from "./command-secrets.ts";
import { isErrorReply, type ReplyValue, textOf } from "./reply-value.ts";

const MASK = Buffer.from("***");

/** The reply to a command with the passwords masked that it tells, and their hashes, which are as good as them. */
export function withoutSecrets(words: readonly string[], reply: ReplyValue): ReplyValue {
  if (!isList(reply)) return reply;
  const [name = "", subcommand = ""] = words.slice(0, 2).map((word) => word.toUpperCase());
  switch (`${name} ${subcommand}`) {
    case "CONFIG GET":
      return withValuesOf(reply, isSecretSetting, masked);
    case "ACL GETUSER":
      return withValuesOf(
        reply,
        (field) => field === "passwords",
        (hashes) => (isList(hashes) ? hashes.map(masked) : hashes),
      );
    case "ACL LIST":
      return reply.map(withoutHashes);
    case "SLOWLOG GET":
    case "COMMANDLOG GET":
      return reply.map((entry) => (isList(entry) ? entry.map(withoutSecretWords) : entry));
    default:
      return reply;
  }
}

/** A list of names and values by turns, of which some values are to be others. */
function withValuesOf(
  reply: readonly ReplyValue[],
  isMeant: (name: string) => boolean,
  change: (value: ReplyValue) => ReplyValue,
): ReplyValue {
  return reply.map((item, index) => {
    const name = index % 2 === 1 ? wordOf(reply[index - 1]) : undefined;
    return name !== undefined && isMeant(name) ? change(item) : item;
  });
}

function masked(value: ReplyValue): ReplyValue {
  return Buffer.isBuffer(value) && value.length > 0 ? MASK : value;
}

/** A user as a line of rules, such as `user bob on #93915a… ~*`. */
function withoutHashes(line: ReplyValue): ReplyValue {
  if (!Buffer.isBuffer(line)) return line;
  const rules = line.toString("latin1");
  return Buffer.from(rules.replaceAll(/(?<=\s)#[0-9a-f]{64}(?!\S)/g, "#***"), "latin1");
}

/** A command that the server has written down: before 6.2 Redis kept the passwords in it. */
function withoutSecretWords(command: ReplyValue): ReplyValue {
  if (!isList(command)) return command;
  const secrets = new Set(secretsOfCommand(command.map((word) => wordOf(word) ?? "")));
  return command.map((word) => (secrets.has(wordOf(word) ?? "") ? masked(word) : word));
}

function wordOf(value: ReplyValue | undefined): string | undefined {
  return Buffer.isBuffer(value) ? textOf(value) : undefined;
}

function isList(value: ReplyValue): value is readonly ReplyValue[] {
  return Array.isArray(value) && !isErrorReply(value);
}
