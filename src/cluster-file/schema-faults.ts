import type { ErrorObject } from "ajv";
import type { DataFault } from "./file-fault.ts";
import schema from "./schema.json" with { type: "json" };

/** What the data has that the schema does not let pass. */
export async function schemaFaults(data: unknown): Promise<DataFault[]> {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  // Two types at once are meant where the schema names them: bytes are a number or a text.
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, verbose: true }).compile(schema);
  if (validate(data)) return [];
  return (validate.errors ?? []).map(faultOf);
}

function faultOf(error: ErrorObject): DataFault {
  const path = pathOf(error.instancePath);
  const name = nameOf(path);
  const params = error.params as Readonly<Record<string, unknown>>;
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys((error.parentSchema?.["properties"] ?? {}) as object);
      const message = `unknown key "${key}" in ${name}; it has ${known.toSorted().join(", ")}`;
      return { path: [...path, key], atKey: true, message };
    }
    case "required":
      return { path, message: `${name} lacks the key "${String(params["missingProperty"])}"` };
    case "type":
      return { path, message: `${name} must be ${typeWords(params["type"])}, and is ${kindOf(error.data)}` };
    case "enum":
      return { path, message: `${name} must be ${alternatives(params["allowedValues"])}` };
    case "pattern":
      return { path, message: `${name} is not written as it should be: ${descriptionOf(error)}` };
    default:
      return { path, message: `${name} ${error.message ?? "is wrong"}` };
  }
}

/** Without the full stop of a description: the sentence that it becomes a part of has its own. */
function descriptionOf({ parentSchema }: ErrorObject): string {
  return String(parentSchema?.["description"] ?? parentSchema?.["pattern"]).replace(/\.$/, "");
}

function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** `nodes[2].zone`, counted as the lists are in JSON. */
function nameOf(path: readonly (string | number)[]): string {
  if (path.length === 0) return "the file";
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${part}`))
    .join("");
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: "keys with values",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

function typeWords(types: unknown): string {
  const list = Array.isArray(types) ? types : [types];
  return list.map((type) => TYPE_WORDS[String(type)] ?? String(type)).join(" or ");
}

function kindOf(data: unknown): string {
  if (data === null) return "empty";
  if (Array.isArray(data)) return "a list";
  if (typeof data === "number") return Number.isInteger(data) ? `the number ${data}` : `the fraction ${data}`;
  return TYPE_WORDS[typeof data] ?? typeof data;
}

function alternatives(values: unknown): string {
  const texts = (Array.isArray(values) ? values : [])
    .filter((value) => typeof value !== "boolean")
    .map(String);
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}
