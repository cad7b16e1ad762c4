import { Args } from "@oclif/core";

/** The SEED argument: any one reachable node. oclif takes no inherited args, so each command repeats it. */
export const seedArg = Args.string({
  description:
    "Any node of the cluster, as host:port, [ipv6]:port, redis://, rediss://, or the path of a Unix socket.",
  required: true,
});
