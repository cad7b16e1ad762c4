import type { Address } from "../cluster/address.ts";
import { isOperational } from "../errors.ts";
import { BulkConnection } from "./bulk-connection.ts";
import { CommandBytes } from "./command-bytes.ts";
import { withoutArguments } from "./connection-failure.ts";
import type { Command, Reply } from "./command.ts";
import type { NodeAccess } from "./node-access.ts";
import type { RawReply } from "./reply-reader.ts";
import { ReplyError } from "./reply-errors.ts";

/** With fewer words it takes longer to connect than it saves. */
const WORDS_TO_OPEN = 1000;
const WORDS_ONCE_OPEN = 50;
/** The lengths and line ends around a word, or around the words of a command. */
const FRAME_BYTES = 16;
/** It only saves time: where it does not come about at once, all goes over the first connection. */
const OPENING_MS_MAX = 1000;

/**
 * A second connection to a node, for long lists of commands: a client library makes an object and a promise of each,
 * which for the commands that move a slot takes ten times as long as the node needs for them. Opened when it is first
 * worth it, and anew after it broke. How long replies are waited for is up to whoever sends.
 */
export class BulkLane {
  readonly #address: Address;
  readonly #access: NodeAccess;
  #connection: BulkConnection | undefined;
  #opening: Promise<BulkConnection | undefined> | undefined;
  #bytesReadBefore = 0;
  #isRefused = false;

  constructor(address: Address, access: NodeAccess) {
    this.#address = address;
    this.#access = access;
  }

  /** All that has ever come over it. */
  get bytesRead(): number {
    return this.#bytesReadBefore + (this.#connection?.bytesRead ?? 0);
  }

  /**
   * The connection that these commands are to be sent over, if it is this one. Where the node takes no second connection
   * it never is: it may have room for so many clients only.
   */
  async connectionFor(commands: readonly Command[]): Promise<BulkConnection | undefined> {
    const isOpen = this.#connection?.isOver === false;
    if (this.#isRefused || !hasWords(commands, isOpen ? WORDS_ONCE_OPEN : WORDS_TO_OPEN)) return undefined;
    if (isOpen) return this.#connection;
    this.#opening ??= this.#connect().finally(() => (this.#opening = undefined));
    return await this.#opening;
  }

  close(): void {
    this.#isRefused = true;
    this.#connection?.[Symbol.dispose]();
  }

  async #connect(): Promise<BulkConnection | undefined> {
    const access = { ...this.#access, timeoutMs: Math.min(OPENING_MS_MAX, this.#access.timeoutMs / 2) };
    let connection: BulkConnection | undefined;
    try {
      connection = await BulkConnection.open(this.#address, { access, database: 0 });
      // Whoever takes no more clients says so in place of the first reply.
      await connection.must(["PING"]);
      connection.allowSilence();
      if (this.#isRefused) connection[Symbol.dispose]();
      this.#bytesReadBefore = this.bytesRead;
      this.#connection = connection;
      return connection;
    } catch (error) {
      connection?.[Symbol.dispose]();
      if (!isOperational(error)) throw error;
      this.#isRefused = true;
      return undefined;
    }
  }
}

/**
 * Sends commands over a connection that is meant for them, and waits for all replies.
 *
 * @throws NodeFailed with code `connection-lost`. Error replies are values.
 */
export async function sendInBulk(
  connection: BulkConnection,
  commands: readonly Command[],
  { asBuffers }: { asBuffers: boolean },
): Promise<Reply[]> {
  const bytes = new CommandBytes(bytesOf(commands));
  for (const command of commands) {
    bytes.begin(command.length);
    for (const word of command) bytes.word(typeof word === "number" ? String(word) : word);
  }
  const replies = await connection.send(bytes);
  return replies.map((reply) => readable(reply, asBuffers));
}

function hasWords(commands: readonly Command[], enough: number): boolean {
  let words = 0;
  return commands.some((command) => (words += command.length) >= enough);
}

/** About how many they come to: more, unless their letters are others than ASCII has. */
function bytesOf(commands: readonly Command[]): number {
  return commands.reduce((sum, words) => words.reduce<number>(withWord, sum + FRAME_BYTES), 0);
}

function withWord(sum: number, word: Command[number]): number {
  return sum + FRAME_BYTES + (typeof word === "number" ? 0 : word.length);
}

/** What a client library would have made of it. */
function readable(reply: RawReply, asBuffers: boolean): Reply {
  if (reply instanceof ReplyError) return new ReplyError(withoutArguments(reply.message));
  if (Buffer.isBuffer(reply)) return asBuffers ? reply : reply.toString();
  return Array.isArray(reply) ? reply.map((item: RawReply) => readable(item, asBuffers)) : reply;
}
