import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const schemas = readSchemas();
/** For consumers: keys that they do not know are to be expected. */
const open = new Ajv2020({ schemas, strict: true, allowUnionTypes: true });
/** For us: a key that no schema names is one that nobody was told of. */
const closed = new Ajv2020({ schemas: schemas.map(closeObjects), strict: true, allowUnionTypes: true });

/**
 * What a schema of `src/ui/schemas` has against `value` as it would be printed. A key that the schema does
 * not name is a fault here, though consumers are to put up with it.
 */
export function faultsIn(name: string, value: unknown): string[] {
  const [file = "", part = ""] = name.split("#");
  return [open, closed].flatMap((ajv) => {
    ajv.validate({ $ref: `urn:slotctl:schema:${file}:1#${part}` }, JSON.parse(JSON.stringify(value)));
    return ajv.errors ? [ajv.errorsText(ajv.errors)] : [];
  });
}

function readSchemas(): object[] {
  const folder = new URL("../../src/ui/schemas/", import.meta.url);
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as object);
}

/** Notes are left open, for each kind has keys of its own. */
function closeObjects<Schema>(schema: Schema): Schema {
  if (Array.isArray(schema)) return schema.map(closeObjects) as Schema;
  if (typeof schema !== "object" || schema === null) return schema;
  const parts = Object.entries(schema).map(([key, part]) => [
    key,
    key === "notes" ? part : closeObjects(part),
  ]);
  const isObject = "type" in schema && schema.type === "object" && "properties" in schema;
  return { ...Object.fromEntries(parts), ...(isObject ? { additionalProperties: false } : {}) } as Schema;
}
