/** `data` of any command with --help. */
export function helpJson(help: string) {
  return { help } as const;
}

/** `data` of --version. */
export function versionJson(version: string) {
  return { version, platform: `${process.platform}-${process.arch}`, node: process.versions.node } as const;
}
