/**
 * The keys that are being worked on. SCAN may name a key twice, and two bites with one key would each take what the
 * other does for a client's change.
 */
export class KeysInHand {
  readonly #names = new Set<string>();

  /** Those that nobody has in hand; they are in hand now. */
  take(keys: readonly Buffer[]): Buffer[] {
    return keys.filter((key) => {
      const name = key.toString("latin1");
      if (this.#names.has(name)) return false;
      this.#names.add(name);
      return true;
    });
  }

  letGo(keys: readonly Buffer[]): void {
    for (const key of keys) this.#names.delete(key.toString("latin1"));
  }
}
