import { UsageError } from "../errors.ts";
import type { Flag, Invocation, Setting } from "./invocation.ts";
import { FLAGS, IDLE_FLAGS, IDLE_SETTINGS, SETTINGS } from "./option-table.ts";
import { isSubcommand, takesSoMany } from "./subcommand-names.ts";

/** Someone who asks about the program itself. */
export type Asks = "help" | "version";

/**
 * Reads a command line as redis-cli does: options in any order, before or behind `--cluster`, and every word that is
 * none is an argument. Of several runs of words the first is taken, and what comes behind an option is ignored then.
 *
 * @throws UsageError for what redis-cli would not take either.
 */
export function parseInvocation(argv: readonly string[]): Invocation | Asks {
  const reader = new Reader(argv);
  while (reader.hasMore) {
    const asks = reader.readOne();
    if (asks !== undefined) return asks;
  }
  return reader.finish();
}

class Reader {
  readonly #flags = new Set<Flag>();
  readonly #settings = new Map<Setting, string>();
  readonly #weights: string[] = [];
  readonly #argv: readonly string[];
  #at = 0;
  #name: string | undefined;
  #args: readonly string[] = [];
  #stdin: Invocation["stdin"];

  constructor(argv: readonly string[]) {
    this.#argv = argv;
  }

  get hasMore(): boolean {
    return this.#at < this.#argv.length;
  }

  readOne(): Asks | undefined {
    const word = this.#next() ?? "";
    const flag = valueIn(FLAGS, word);
    const setting = valueIn(SETTINGS, word);
    if (flag !== undefined) this.#flags.add(flag);
    else if (setting !== undefined) this.#settings.set(setting, this.#valueOf(word));
    else if (word === "--cluster") this.#readSubcommand();
    else if (word === "--cluster-weight") this.#readWeights();
    else if (word === "-x") this.#stdin = { tag: undefined };
    else if (word === "-X") this.#stdin = { tag: this.#valueOf(word) };
    else if (word === "--help" || (word === "-h" && !this.hasMore)) return "help";
    else if (word === "--version" || word === "-v") return "version";
    else if (IDLE_SETTINGS.has(word)) this.#valueOf(word);
    else if (!word.startsWith("-")) this.#readLateArguments(word);
    else if (!IDLE_FLAGS.has(word)) throw unrecognized(word);
    return undefined;
  }

  finish(): Invocation {
    const name = this.#name ?? "";
    if (!isSubcommand(name)) throw usage("Unknown --cluster subcommand");
    const count = this.#args.length + Number(this.#stdin !== undefined && this.#stdin.tag === undefined);
    if (!takesSoMany(name, count)) {
      throw usage("[ERR] Wrong number of arguments for specified --cluster sub command");
    }
    return {
      subcommand: name,
      args: this.#args,
      flags: this.#flags,
      settings: this.#settings,
      weights: this.#weights,
      stdin: this.#stdin,
    };
  }

  #next(): string | undefined {
    return this.#argv[this.#at++];
  }

  #valueOf(option: string): string {
    const value = this.#next();
    if (value === undefined) throw unrecognized(option);
    return value;
  }

  #readSubcommand(): void {
    const name = this.#next();
    if (this.#name !== undefined || name === undefined) {
      throw usage("--cluster takes one subcommand, once. Use --cluster help to list them.");
    }
    this.#name = name;
    // A subcommand that looks like an option is one that nobody knows.
    if (!name.startsWith("-")) this.#args = this.#takeWhile((word) => !word.startsWith("-"));
  }

  /** `--cluster create --cluster-replicas 1 h:p h:p h:p` is common; more words later are ignored. */
  #readLateArguments(first: string): void {
    // In front of --cluster redis-cli takes such a word for a server's command, and itself for no cluster manager.
    if (this.#name === undefined) throw unrecognized(first);
    if (this.#args.length > 0) return;
    this.#args = [first, ...this.#takeWhile((word) => !word.startsWith("-"))];
  }

  #readWeights(): void {
    if (this.#weights.length > 0) {
      throw usage(
        "WARNING: you cannot use --cluster-weight more than once.\nYou can set more weights by adding them as a space-separated list, ie:\n--cluster-weight n1=w n2=w",
      );
    }
    this.#weights.push(...this.#takeWhile((word) => !word.startsWith("--") && word.includes("=")));
  }

  #takeWhile(belongs: (word: string) => boolean): string[] {
    const start = this.#at;
    while (this.hasMore && belongs(this.#argv[this.#at] ?? "")) this.#at++;
    return this.#argv.slice(start, this.#at);
  }
}

function valueIn<T>(table: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function unrecognized(word: string): UsageError {
  return usage(`Unrecognized option or bad number of args for: '${word}'`);
}

function usage(message: string): UsageError {
  return new UsageError(message, { code: "usage" });
}
