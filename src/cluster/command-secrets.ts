/** Settings whose values are passwords, under all names that servers know them by. */
const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  "requirepass",
  "masterauth",
  "primaryauth",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
]);

/** The words of a server's command that are passwords. Names are taken in either case, as servers do. */
export function secretsOfCommand(words: readonly string[]): string[] {
  const [name = "", first = "", ...rest] = words;
  switch (name.toUpperCase()) {
    case "AUTH":
      return words.slice(1).slice(-1);
    case "CONFIG":
      return first.toUpperCase() === "SET" ? valuesOfSecretSettings(rest) : [];
    case "ACL":
      return first.toUpperCase() === "SETUSER" ? rest.slice(1).flatMap(secretsOfRule) : [];
    case "HELLO":
    case "MIGRATE":
      return wordsBehindAuth(words);
    default:
      return [];
  }
}

/** Whether the value of the setting is a password. */
export function isSecretSetting(name: string): boolean {
  return SECRET_SETTINGS.has(name.toLowerCase());
}

function valuesOfSecretSettings(pairs: readonly string[]): string[] {
  return pairs.filter((_, index) => index % 2 === 1 && isSecretSetting(pairs[index - 1] ?? ""));
}

/** `>password` adds one and `<password` takes one away; `#` and `!` do so with a hash, which is as good as one. */
function secretsOfRule(rule: string): string[] {
  return /^[<>#!]./s.test(rule) ? [rule.slice(1)] : [];
}

/** In MIGRATE the password stands right behind AUTH; in HELLO, and behind AUTH2, a name comes first. */
function wordsBehindAuth(words: readonly string[]): string[] {
  const at = words.findIndex((word, index) => index > 0 && /^auth2?$/i.test(word));
  if (at === -1) return [];
  const hasName = words[at]?.toUpperCase() === "AUTH2" || words[0]?.toUpperCase() === "HELLO";
  return words.slice(at + (hasName ? 2 : 1)).slice(0, 1);
}
