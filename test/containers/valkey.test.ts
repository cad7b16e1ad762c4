import { afterAll, beforeAll, describe } from "vitest";
import { ContainerCluster } from "./container-cluster.ts";
import { imagesOf } from "./images.ts";
import { testLife } from "./test-life.ts";

const images = imagesOf("valkey");

describe(`slotctl in containers beside six of ${images.serverImage.title}`, () => {
  let cluster: ContainerCluster;

  beforeAll(async () => {
    cluster = await ContainerCluster.start(images);
    const names = cluster.nodes.map(({ name }) => `${name}:6379`);
    await cluster.mustSlotctl("create", ...names, "--replicas", "1", "--yes");
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  testLife(() => cluster);
});
