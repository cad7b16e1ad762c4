import { UsageError } from "../errors.ts";
import { wrapText } from "../ui/fit-text.ts";
import { PASSWORD_NOTE } from "../ui/password-note.ts";
import { eachNode } from "../wire/each-node.ts";
import { parseSeed } from "../wire/seed.ts";
import { parseSentinel } from "../wire/sentinel.ts";
import { ImportSources, serverFrom, serversOfTwemproxy } from "./import-sources.ts";
import type { Output } from "./output.ts";
import { readAccess } from "./read-access.ts";

/** The flags of import that say where keys come from, as oclif hands them over. */
export interface ImportSourceFlags {
  readonly from: readonly string[] | undefined;
  readonly "from-twemproxy": string | undefined;
  readonly "twemproxy-pool": string | undefined;
  readonly database: readonly number[] | undefined;
  readonly "from-user": string | undefined;
  readonly "from-password": string | undefined;
  readonly "from-password-file": string | undefined;
  readonly "from-ask-password": boolean;
  readonly "from-tls": boolean;
  readonly "from-cacert": string | undefined;
  readonly "from-cert": string | undefined;
  readonly "from-key": string | undefined;
  readonly "from-sni": string | undefined;
  readonly "from-insecure": boolean;
  readonly timeout: string;
  readonly map: readonly string[] | undefined;
}

/** Finds every server that was named, in whatever way. @throws UsageError where none was. */
export async function findImportSources(flags: ImportSourceFlags, output: Output): Promise<ImportSources> {
  const named = flags.from ?? [];
  const file = flags["from-twemproxy"];
  if (named.length === 0 && file === undefined) {
    throw new UsageError("No source was named.", {
      code: "usage",
      hint: "Name servers with --from, or a file with --from-twemproxy.",
    });
  }
  if (named.some((text) => (parseSentinel(text) ?? parseSeed(text)).password !== undefined)) {
    output.say(wrapText(PASSWORD_NOTE, output.stderr.columns));
  }
  const isTlsNamed = named.some((text) => /^rediss:/i.test(text));
  const access = await readAccess(
    {
      user: flags["from-user"],
      password: flags["from-password"],
      "password-file": flags["from-password-file"],
      "ask-password": flags["from-ask-password"],
      tls: flags["from-tls"] || isTlsNamed,
      cacert: flags["from-cacert"],
      cacertdir: undefined,
      "credentials-file": undefined,
      cert: flags["from-cert"],
      key: flags["from-key"],
      sni: flags["from-sni"],
      insecure: flags["from-insecure"],
      timeout: flags.timeout,
      map: flags.map,
    },
    { seeds: [], output, prefix: "from-" },
  );
  const shared = flags["from-tls"] ? access : { ...access, tls: undefined };
  const servers = await eachNode(named, (text) =>
    serverFrom(text, { access: /^rediss:/i.test(text) ? access : shared, output }),
  );
  const pool = { pool: flags["twemproxy-pool"], databases: flags.database, access: shared, output };
  const pooled = file === undefined ? [] : await serversOfTwemproxy(file, pool);
  return await ImportSources.find([...servers, ...pooled]);
}
