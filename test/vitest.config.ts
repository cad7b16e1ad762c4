import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    // On two cores: the slow tests wait for nodes half of the time; more than this and the nodes wait for the processor.
    maxWorkers: 3,
    projects: [
      // Some make certificates or try thousands of cases, which takes a busy machine more than the usual five seconds.
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts"], testTimeout: 20_000 } },
      {
        extends: true,
        test: { name: "support", include: ["test/{bench,chaos,servers,support}/**/*.test.ts"] },
      },
      { extends: true, test: { name: "sim", include: ["test/sim/**/*.test.ts"], testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: "live",
          include: ["test/live/**/*.test.ts"],
          globalSetup: ["test/support/live-setup.ts"],
          // Real servers on a machine that others may use as well: .ci/run names each test that needed it, and takes few.
          retry: process.env["CI"] ? 1 : 0,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
