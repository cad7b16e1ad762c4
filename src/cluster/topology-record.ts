import { type Address, formatAddress, parseAddress } from "./address.ts";
import { joinViews, type LookAt } from "./join-views.ts";
import type { NodeLine } from "./node-line.ts";
import type { NodeView, Unreached } from "./node-view.ts";
import { parseSlots } from "./parse-slots.ts";
import { COMPARED_SETTINGS } from "./settings.ts";
import { SlotSet } from "./slot-set.ts";
import type { Topology } from "./topology.ts";

/**
 * A topology as JSON has it. Nearly all nodes say the same of a node, and a thousand of them would say it a million
 * times: so each line is there once, and a view says which of them it holds.
 */
export interface TopologyRecord {
  readonly lines: readonly LineRecord[];
  readonly looks: readonly LookRecord[];
}

type LineRecord = Omit<NodeLine, "address" | "hostname" | "primaryId" | "slots"> & {
  readonly address: string | null;
  readonly hostname: string | null;
  readonly primaryId: string | null;
  readonly slots: string;
};

type LookRecord =
  | { readonly address: string; readonly expectedId: string; readonly unreached: Unreached }
  | { readonly address: string; readonly view: ViewRecord };

type ViewRecord = Omit<
  NodeView,
  "address" | "self" | "lines" | "keysInOpenSlots" | "strayKeys" | "settings" | "migrations"
> & {
  /** Place of its own line. */
  readonly self: number;
  /** Places of its lines of the others, in the notation of slots. */
  readonly sees: string;
  readonly keysInOpenSlots: readonly (readonly [number, number])[];
  readonly strayKeys?: readonly (readonly [number, number])[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly migrations?: readonly MigrationRecord[];
};

type MigrationRecord = Omit<NonNullable<NodeView["migrations"]>[number], "slots"> & {
  readonly slots: string;
};

/** Secrets are left out, digests of them too: a file is read by others than those who may see the nodes. */
export function recordTopology(topology: Topology): TopologyRecord {
  const lines: LineRecord[] = [];
  const placeOf = new Map<string, number>();
  const known = new Map<NodeLine, number>();
  const place = (line: NodeLine): number => {
    const seen = known.get(line);
    if (seen !== undefined) return seen;
    const record = recordLine(line);
    const text = JSON.stringify(record);
    const found = placeOf.get(text) ?? lines.push(record) - 1;
    placeOf.set(text, found);
    known.set(line, found);
    return found;
  };
  const looks = topology.nodes.flatMap(({ id, address, view, unreached }): LookRecord[] => {
    if (view) return [{ address: formatAddress(view.address), view: recordView(view, place) }];
    // Where nobody knows an address there was nothing to look at: the lines of the others say it all.
    if (!address || !unreached) return [];
    return [{ address: formatAddress(address), expectedId: id, unreached }];
  });
  return { lines, looks };
}

/** The topology that was recorded. @throws UsageError for an address or slots that are none. */
export function topologyOfRecord(record: TopologyRecord): Topology {
  const lines = record.lines.map(lineOf);
  const lineAt = (place: number): NodeLine => {
    const line = lines[place];
    if (!line) throw new RangeError(`a view names line ${place}, and there are ${lines.length}`);
    return line;
  };
  return joinViews(
    record.looks.map((look): LookAt => {
      const address = parseAddress(look.address);
      if ("unreached" in look) {
        return { address, expectedId: look.expectedId, unreached: look.unreached };
      }
      const view = viewOf(look.view, { address, lineAt });
      return { address, expectedId: view.self.id, view };
    }),
  );
}

function recordLine({ address, hostname, primaryId, slots, ...line }: NodeLine): LineRecord {
  return {
    ...line,
    address: address ? formatAddress(address) : null,
    hostname: hostname ?? null,
    primaryId: primaryId ?? null,
    slots: slots.toString(),
  };
}

function lineOf({ address, hostname, primaryId, slots, ...line }: LineRecord): NodeLine {
  return {
    ...line,
    address: address === null ? undefined : parseAddress(address),
    hostname: hostname ?? undefined,
    primaryId: primaryId ?? undefined,
    slots: slotsOf(slots),
  };
}

const SECRET_SETTINGS: ReadonlySet<string> = new Set(
  COMPARED_SETTINGS.filter(({ secret }) => secret).flatMap(({ names }) => names),
);

function recordView(all: NodeView, place: (line: NodeLine) => number): ViewRecord {
  const { address: _, self, lines, keysInOpenSlots, strayKeys, settings, migrations, ...view } = all;
  const told = settings && [...settings].filter(([name]) => !SECRET_SETTINGS.has(name));
  return {
    ...view,
    self: place(self),
    sees: placesText(lines.map(place)),
    keysInOpenSlots: [...keysInOpenSlots],
    ...(strayKeys ? { strayKeys: [...strayKeys] } : {}),
    ...(told ? { settings: Object.fromEntries(told) } : {}),
    ...(migrations
      ? { migrations: migrations.map(({ slots, ...rest }) => ({ ...rest, slots: slots.toString() })) }
      : {}),
  };
}

function viewOf(
  { self, sees, keysInOpenSlots, strayKeys, settings, migrations, ...view }: ViewRecord,
  { address, lineAt }: { readonly address: Address; readonly lineAt: (place: number) => NodeLine },
): NodeView {
  return {
    ...view,
    address,
    self: lineAt(self),
    lines: placesOf(sees).map(lineAt),
    keysInOpenSlots: new Map(keysInOpenSlots),
    ...(strayKeys ? { strayKeys: new Map(strayKeys) } : {}),
    ...(settings ? { settings: new Map(Object.entries(settings)) } : {}),
    ...(migrations
      ? { migrations: migrations.map(({ slots, ...rest }) => ({ ...rest, slots: slotsOf(slots) })) }
      : {}),
  };
}

function slotsOf(text: string): SlotSet {
  return text === "" ? SlotSet.empty : parseSlots(text);
}

/** `0-41,43-999`. There may be more lines than slots, so they are no SlotSet. */
function placesText(places: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const place of places.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && place === last[1] + 1) last[1] = place;
    else ranges.push([place, place]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

function placesOf(text: string): number[] {
  return text === ""
    ? []
    : text.split(",").flatMap((range) => {
        const [first = 0, last = first] = range.split("-").map(Number);
        return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
      });
}
