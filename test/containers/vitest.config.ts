import { defineConfig } from "vitest/config";

/** Apart from all other tests, for these need a Docker engine: `npm run test:containers` has one, or starts one. */
export default defineConfig({
  test: {
    name: "containers",
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/containers/**/*.test.ts"],
    globalSetup: ["test/containers/make-images.ts"],
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
