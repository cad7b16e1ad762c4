/**
 * The keys that are being worked on. SCAN may name a key twice, and two bites with one key would each take what the
 * other does for a client's change.
 */
export class KeysInHand {
  readonly #names = new Set<string>();

  /** Those that nobody has in hand; they are in hand until they are let go. */
  take(keys: readonly Buffer[]): { readonly keys: Buffer[]; readonly letGo: () => void } {
    const names: string[] = [];
    const free = keys.filter((key) => {
      const name = key.toString("latin1");
      if (this.#names.has(name)) return false;
      this.#names.add(name);
      names.push(name);
      return true;
    });
    return {
      keys: free,
      letGo: () => {
        for (const name of names) this.#names.delete(name);
      },
    };
  }
}
