import { messageOf } from "../errors.ts";
import type { WishedCluster } from "../plan/wished-cluster.ts";
import type { DataFault, FileFault } from "./file-fault.ts";
import { type FileData, faultsOfData } from "./faults-of-data.ts";
import { schemaFaults } from "./schema-faults.ts";
import { wishOfFile } from "./wish-of-file.ts";

export type ParsedClusterFile =
  | { readonly faults?: undefined; readonly cluster: WishedCluster }
  | { readonly faults: readonly FileFault[] };

/** Reads the text of a cluster file; whatever is wrong with it is told with its line and column. */
export async function parseClusterFile(text: string): Promise<ParsedClusterFile> {
  // Few commands read a file: the others do without the library.
  const { isMap, isNode, isPair, LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number, message: string): FileFault => {
    const { line, col } = lineCounter.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col), message };
  };
  const found = (faults: readonly FileFault[]) => (faults.length === 0 ? undefined : { faults });
  // Behind a token that has no place the library stumbles over each one that follows.
  const lost = document.errors.findIndex(({ code }) => code === "UNEXPECTED_TOKEN");
  const errors = lost < 0 ? document.errors : document.errors.slice(0, lost + 1);
  const wrong = found(errors.map(({ pos, message }) => at(pos[0], asPart(message))));
  if (wrong) return wrong;
  /** The innermost part that is there: a key that is missing is told of where it should be. */
  const offsetOf = ({ path, atKey }: DataFault): number => {
    for (let length = path.length; length >= 0; length--) {
      const key = path[length - 1];
      const parent: unknown = length === 0 ? undefined : document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isPair(item) && String(item.key) === String(key))
        : undefined;
      if (atKey && length === path.length && pair && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
      const part: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(part) && part.range) return part.range[0];
      if (pair && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    return 0;
  };
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { faults: [at(0, asPart(messageOf(error)))] };
  }
  const located = (faults: readonly DataFault[]) =>
    found(faults.map((fault) => at(offsetOf(fault), fault.message)));
  const unfit = located(await schemaFaults(data));
  if (unfit) return unfit;
  // What the schema lets pass has this shape.
  const fileData = data as FileData;
  return located(faultsOfData(fileData)) ?? { cluster: wishOfFile(fileData) };
}

function asPart(message: string): string {
  return message.replace(/\.$/, "").replaceAll("\n", " ");
}
