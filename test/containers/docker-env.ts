/** Where `docker` finds its engine. */
export function dockerEnv(): Record<string, string> {
  const host = process.env["DOCKER_HOST"];
  return host === undefined ? {} : { DOCKER_HOST: host };
}
