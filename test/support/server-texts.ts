import { readdirSync, readFileSync } from "node:fs";

/** What a server answered in one state: the replies of CLUSTER NODES, CLUSTER INFO or INFO. */
type TextKind = "nodes" | "cluster-info" | "info";

/** The recorded texts of one server version; test/fixtures/README.md says what each state is. */
export interface ServerTexts {
  /** `redis-7.0`, as the folder is called. */
  readonly name: string;
  /** Throws for a text that was not recorded. */
  readonly read: (state: string, kind: TextKind) => string;
  readonly states: (kind: TextKind) => readonly string[];
}

const FOLDER = new URL("../fixtures/", import.meta.url);

/** Every server version there are texts of, by name. */
export function allServerTexts(): ServerTexts[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => serverTexts(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function serverTexts(name: string): ServerTexts {
  const folder = new URL(`${name}/`, FOLDER);
  return {
    name,
    read: (state, kind) => readFileSync(new URL(`${state}.${kind}.txt`, folder), "utf8"),
    states: (kind) =>
      readdirSync(folder).flatMap((file) =>
        file.endsWith(`.${kind}.txt`) ? [file.slice(0, -`.${kind}.txt`.length)] : [],
      ),
  };
}
