#!/usr/bin/env node
// Written for any Node: an old one must still be able to read it, and to say what it lacks.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `slotctl needs Node 22.12 or newer, and this is ${process.versions.node}: install a newer one, or put it first on PATH.\n`,
  );
  process.exit(1);
}
// The libraries below write commands with their arguments to stderr when DEBUG asks for it, passwords too.
delete process.env.DEBUG;
// Node warns of the two together, on stderr, and here NO_COLOR counts.
if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
const words = process.argv.slice(2);
// An option comes first where redis-cli's command line is meant, as none of our own commands has it.
const speaksRedisCli = words.length > 0 && words[0].startsWith("-") && words.includes("--cluster");
void import(speaksRedisCli ? "../dist/drop-in/main.js" : "../dist/cli/main.js").then(({ main }) =>
  main(words),
);
