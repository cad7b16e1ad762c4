import { inject } from "vitest";
import type { Engine } from "../servers/test-server.ts";
import type { ContainerClusterOptions } from "./container-cluster.ts";

/** What a cluster of an engine is made of. */
export function imagesOf(engine: Engine): ContainerClusterOptions {
  const serverImage = inject("serverImages").find((image) => image.engine === engine);
  if (!serverImage) throw new Error(`there is no image of ${engine}`);
  return { serverImage, opsImage: inject("opsImage") };
}
